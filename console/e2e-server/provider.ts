import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A real identity provider in a process of its own; it takes whoever the header `x-sign-in-as` names for signed in. */
export interface Provider {
  issuer: string;
  /** What the button on the sign-in page says. */
  name: string;
  /** What the server proves itself with. */
  secret: string;
  process: ChildProcess;
}

/** People the provider knows, by their subjects: one whom the house will know by the same address, and one whom it will not. */
export const known = {
  'u-okada': { email: 'okada@minato.example', email_verified: true },
  'u-stranger': { email: 'stranger@elsewhere.example', email_verified: true },
};

/** Starts it for a house at this address. It is the one that the server's own tests sign in with. */
export async function openProvider(house: string): Promise<Provider> {
  const secret = 'a secret of the client, with : and %';
  const client = {
    client_id: 'yagura',
    client_secret: secret,
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [`${house}/api/v1/session/oidc/callback`],
    token_endpoint_auth_method: 'client_secret_basic',
  };
  const program = fileURLToPath(new URL('../../server/app/tests/api/identity_provider.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify({ client, accounts: known })], { stdio: ['pipe', 'pipe', 'inherit'] });
  const issuer = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('exit', (code) => {
      reject(new Error(`the identity provider ended with ${String(code)}`));
    });
  });
  return { issuer, name: '社内の認証', secret, process: child };
}
