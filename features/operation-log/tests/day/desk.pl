# Programs of a desk that are not to be started by a test, as they treat files: a suite of office programs, an editor of the desktop, a
# browser with its profile, a mail program with its folders, and the pictures that a file manager makes.
use strict;
use warnings;
use Time::HiRes 'sleep';

my $home = $ENV{HOME};

sub put {
    my ($path, $text, $mode) = @_;
    open(my $to, $mode // '>', $path) or die "$path: $!";
    print $to $text;
    close $to;
}

sub folder { my ($path) = @_; system('mkdir', '-p', $path) unless -d $path; }

my %part = (
    # A lock beside the file, a new file, then in the place of the old one.
    office => sub {
        for my $save (1 .. 5) {
            for my $n (1 .. 6) {
                my $doc = "$home/原稿/報告$n.odt";
                put("$home/原稿/.~lock.報告$n.odt#", 'tanaka') if $save == 1;
                put("$home/原稿/lu-$save-$n.tmp", "text $save" x 50);
                rename("$home/原稿/lu-$save-$n.tmp", $doc) or die $!;
                unlink "$home/原稿/.~lock.報告$n.odt#" if $save == 5;
            }
            sleep 1.5;
        }
    },
    editor => sub {
        for my $save (1 .. 10) {
            put("$home/原稿/.goutputstream-$save", "text $save");
            rename("$home/原稿/.goutputstream-$save", "$home/原稿/日誌.txt") or die $!;
            sleep 1.5;
        }
    },
    browser => sub {
        my ($cache, $profile) = ("$home/.cache/mozilla/firefox/p/cache2/entries", "$home/.mozilla/firefox/p");
        folder($_) for $cache, "$profile/sessionstore-backups";
        for my $round (1 .. 40) {
            put("$cache/$round-$_", 'x' x 1000) for 1 .. 25;
            put("$profile/$_", 'x' x 4096, '>>') for 'cookies.sqlite-wal', 'places.sqlite-wal', 'favicons.sqlite-wal';
            put("$profile/sessionstore-backups/recovery.jsonlz4.tmp", $round);
            rename("$profile/sessionstore-backups/recovery.jsonlz4.tmp", "$profile/sessionstore-backups/recovery.jsonlz4");
            unlink "$cache/$round-1";
            sleep 0.4;
        }
        # What somebody saves is theirs.
        for my $n (1 .. 5) {
            put("$home/Downloads/請求書$n.pdf.part", 'x' x 2000);
            rename("$home/Downloads/請求書$n.pdf.part", "$home/Downloads/請求書$n.pdf");
            sleep 2;
        }
    },
    mail => sub {
        for my $n (1 .. 60) {
            put("$home/Mail/tmp/$n.host", "mail $n" x 100);
            rename("$home/Mail/tmp/$n.host", "$home/Mail/new/$n.host");
            rename("$home/Mail/new/$n.host", "$home/Mail/cur/$n.host:2,S") if $n % 2;
            sleep 0.3;
        }
    },
    thumbnails => sub {
        my $to = "$home/.cache/thumbnails/normal";
        folder($to);
        for my $n (1 .. 200) {
            put("$to/$n.png.tmp", 'x' x 500);
            rename("$to/$n.png.tmp", "$to/$n.png");
            sleep 0.01;
        }
    },
);
$part{ $ARGV[0] }->();
