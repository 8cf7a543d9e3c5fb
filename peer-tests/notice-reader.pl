# What Sisimai and Mail::DeliveryStatus::BounceParser read in notices: an array of texts in, an array of answers out, both JSON.
use strict;
use warnings;
use JSON::PP;
use Sisimai;
use Mail::DeliveryStatus::BounceParser;

my $json = JSON::PP->new->utf8->allow_nonref->allow_blessed->convert_blessed;
local $/;
my @answers;
for my $base64 (@{ $json->decode(<STDIN>) }) {
    require MIME::Base64;
    my $octets = MIME::Base64::decode_base64($base64);
    (my $lines = $octets) =~ s/\r\n/\n/g;
    my $mbox = "From MAILER-DAEMON Fri May  1 12:00:00 2026\n$lines\n";
    my $found = Sisimai->make(\$mbox, 'delivered' => 1) || [];
    my @sisimai = map {
        my $each = $_;
        +{
            recipient => $each->recipient->address,
            action => $each->action,
            status => $each->deliverystatus,
            diagnostic => $each->diagnosticcode,
            reason => $each->reason,
            host => $each->rhost,
        }
    } @$found;
    my $bounce = eval { Mail::DeliveryStatus::BounceParser->new($lines) };
    my @reports = $bounce && $bounce->is_bounce ? $bounce->reports : ();
    my @parser = map { +{ recipient => $_->get('email'), status => $_->get('status'), reason => $_->get('std_reason') } } @reports;
    push @answers, { sisimai => \@sisimai, bounceParser => \@parser };
}
print $json->encode(\@answers);
