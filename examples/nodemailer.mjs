import { createTransport } from 'nodemailer';
import { settingsOf } from 'waxseal/node';
import { waxsealTransport } from 'waxseal/nodemailer';
import { startInternet } from 'waxseal/testing';

// Two domains, of which one takes nothing at first sight. In earnest neither they nor the options that lead there are needed.
const internet = await startInternet({
  dns: {
    ...{ 'MX one.example': ['10 mx.one.example'], 'A mx.one.example': ['@mx.one.example'] },
    ...{ 'MX two.example': ['10 mx.two.example'], 'A mx.two.example': ['@mx.two.example'] },
  },
  mail: {
    'mx.one.example': {},
    'mx.two.example': { replies: { rcpt: { '*': '450 4.2.0 Greylisted' } } },
  },
});
const there = {
  ...{ resolver: internet.resolver, ca: [internet.caPem] },
  settings: settingsOf('rfc', { port: internet.port, privateAddresses: 'allow' }),
};

const transport = createTransport(waxsealTransport({ name: 'app.example.org', pool: true, ...there }));
try {
  const info = await transport.sendMail({
    from: 'me@example.org',
    to: ['a@one.example', 'b@two.example'],
    subject: 'Hello',
    text: 'Hello.',
  });
  console.log('accepted', info.accepted);
  for (const { message } of info.pendingErrors ?? []) console.log('later', message);
  for (const { message } of info.rejectedErrors ?? []) console.log('never', message);
} catch (error) {
  // Nobody got it.
  console.log(error.code, error.message);
} finally {
  transport.close();
  await internet.close();
}
