import { buffer } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** A mail as it came in: who it went to, and its words as a reader of mails would show them. */
export interface Mail {
  to: string[];
  subject: string;
  text: string;
}

/** A mail server of the house's own, which keeps what it is given. */
export interface Mailbox {
  port: number;
  mails: Mail[];
  stop: () => Promise<void>;
}

/** RFC 2047: words of a header that are not ASCII come as base64 or quoted, and folds between two of them are nothing. */
function header(value: string): string {
  return value
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, how: string, word: string) =>
      how.toLowerCase() === 'b' ? Buffer.from(word, 'base64').toString('utf8') : quoted(word.replaceAll('_', ' ')),
    );
}

/** RFC 2045, 6.7. */
function quoted(text: string): string {
  const bytes = text.replaceAll(/=\r\n/g, '').replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function read(raw: string, to: string[]): Mail {
  const end = raw.indexOf('\r\n\r\n');
  const head = raw.slice(0, end);
  const field = (name: string): string => header(new RegExp(`^${name}:[ ]*((?:.*(?:\r\n[ \t])?)+?)$`, 'im').exec(head)?.[1] ?? '');
  const body = raw.slice(end + 4);
  const how = field('Content-Transfer-Encoding').toLowerCase();
  const text = how === 'base64' ? Buffer.from(body, 'base64').toString('utf8') : how === 'quoted-printable' ? quoted(body) : body;
  return { to, subject: field('Subject').trim(), text };
}

/** Opens one on a free port of this machine. It asks for no name and no encryption, as the settings of the test say. */
export async function openMailbox(): Promise<Mailbox> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData: (stream, session, done) => {
      buffer(stream).then(
        (bytes) => {
          mails.push(read(bytes.toString('utf8'), session.envelope.rcptTo.map(({ address }) => address)));
          done();
        },
        (error: unknown) => {
          done(error instanceof Error ? error : new Error(String(error)));
        },
      );
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the mail server listens on no port');
  return {
    port: address.port,
    mails,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}
