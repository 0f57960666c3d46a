import type { PowerForetold, PowerOutlook } from '@shell/api/schema';
import { Go } from '@shell/ui/link';
import { StateWord, type Tone } from '@shell/ui/words';
import type { ReactNode } from 'react';
import css from './power.module.css';
import { usePowerWords } from './page-words';

const tones: Record<PowerOutlook, Tone> = {
  at_once: 'on',
  notice: 'on',
  wake: 'on',
  off: 'half',
  not_allowed: 'plain',
  server: 'plain',
  server_in_use: 'plain',
  unable: 'plain',
  unknown: 'plain',
  on: 'plain',
  no_neighbour: 'open',
};

/** Whether a command would be given. */
export function goes(outlook: PowerOutlook): boolean {
  return outlook === 'at_once' || outlook === 'notice' || outlook === 'off' || outlook === 'wake';
}

/** What would happen at each endpoint. */
export function Foretold({ items }: { items: PowerForetold[] }): ReactNode {
  const p = usePowerWords();
  return (
    <div className={css['scroll']}>
      <table className={css['foretold']}>
        <thead>
          <tr>
            <th scope="col">{p('hostname')}</th>
            <th scope="col">{p('outlook')}</th>
            <th scope="col" className={css['num']}>
              {p('people')}
            </th>
            <th scope="col">{p('by')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.endpoint.id}>
              <th scope="row">
                <Go className="t" to={`/endpoints/${one.endpoint.id}`}>
                  {one.endpoint.hostname}
                </Go>
              </th>
              <td>
                <StateWord tone={tones[one.outlook]}>{p(`outlooks.${one.outlook}`)}</StateWord>
                {one.outlook === 'unable' && one.unable && (
                  <p className="xs sub" lang="en">
                    {one.unable}
                  </p>
                )}
              </td>
              <td className={css['num']}>{one.people}</td>
              <td>{one.neighbour?.hostname ?? <span className="dim">—</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
