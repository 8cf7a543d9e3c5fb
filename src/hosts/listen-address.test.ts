import { expect, it } from 'vitest';
import { listenAddressText, parseListenAddress } from './listen-address.js';

it.each(['127.0.0.1:0', '[::1]:2626', 'localhost:24', 'unix:/run/x.sock'])(
  '%s is read and written',
  (text) => {
    expect(listenAddressText(parseListenAddress(text)!)).toBe(text);
  },
);

it.each(['', '127.0.0.1', ':25', '::1:25', '[127.0.0.1]:25', 'a:65536', 'a:b', 'unix:', '[::1]'])(
  '%j is none',
  (text) => {
    expect(parseListenAddress(text)).toBeNull();
  },
);
