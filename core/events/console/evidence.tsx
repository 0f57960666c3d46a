import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { Evidence, EvidenceDelivery, EvidenceHead } from '@shell/api/schema';
import { useSentence, useWords } from '@shell/i18n';
import { useCan } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { Copyable } from '@shell/ui/copyable';
import { PageHead } from '@shell/ui/page';
import { Acts, Columns, Section } from '@shell/ui/section';
import { Await, Empty, Failed } from '@shell/ui/states';
import { ExactTime } from '@shell/ui/time';
import { KeyValues, Remark, StateWord, type Tone } from '@shell/ui/words';
import { useState, type ReactNode } from 'react';
import { PlacesForm } from './evidence-form';
import css from './evidence.module.css';
import { evidenceKey, useEvidence, usePlaceWords } from './use-evidence';

const tones: Record<string, Tone> = { queued: 'half', done: 'on', failed: 'open' };

function DeliveryRow({ delivery }: { delivery: EvidenceDelivery }): ReactNode {
  const t = useWords('events');
  const sentence = useSentence('events');
  const place = usePlaceWords();
  const { state, error, next_at, ended_at } = delivery;
  return (
    <li>
      <span className="wrap">{place(delivery.destination)}</span>
      <StateWord tone={tones[state] ?? 'plain'}>{t(`proof.state.${state as 'done'}`)}</StateWord>
      {ended_at && (
        <span className="xs dim">
          <ExactTime at={ended_at} />
        </span>
      )}
      {error && (
        <div className={`${css['why']} xs sub wrap`}>
          <p lang="en">{error}</p>
          {next_at && <p>{sentence('proof.again', { at: <ExactTime at={next_at} /> })}</p>}
        </div>
      )}
    </li>
  );
}

function HeadItem({ head }: { head: EvidenceHead }): ReactNode {
  const t = useWords('events');
  return (
    <li>
      <p className={css['when']}>
        <b>
          <ExactTime at={head.written_at} />
        </b>{' '}
        <span className="sm sub">
          {t('proof.position', { number: head.position.toLocaleString('en-US') })}
          {head.asked_by ? ` · ${t('proof.asked_by', { name: head.asked_by })}` : ''}
        </span>
      </p>
      <ul className={css['deliveries']}>
        {head.deliveries.map((delivery, at) => (
          <DeliveryRow key={at} delivery={delivery} />
        ))}
      </ul>
    </li>
  );
}

function Sent({ evidence }: { evidence: Evidence }): ReactNode {
  const t = useWords('events');
  const client = useQueryClient();
  const mayWrite = useCan('settings.write');
  const send = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/events/evidence/send')),
    onSuccess: (after) => {
      client.setQueryData(evidenceKey, after);
    },
  });
  const now = mayWrite && evidence.settings.destinations.length > 0 && (
    <Button
      small
      busy={send.isPending}
      onClick={() => {
        send.mutate();
      }}
    >
      {t('proof.send')}
    </Button>
  );
  return (
    <Section title={t('proof.sent')} note={now}>
      {send.error && <Failed error={send.error} />}
      {evidence.heads.length === 0 ? (
        <Empty>{t('proof.none')}</Empty>
      ) : (
        <ul className={css['heads']} aria-label={t('proof.sent')}>
          {evidence.heads.map((head) => (
            <HeadItem key={head.written_at} head={head} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Places({ evidence }: { evidence: Evidence }): ReactNode {
  const t = useWords('events');
  const mayWrite = useCan('settings.write');
  const place = usePlaceWords();
  const [editing, setEditing] = useState(false);
  const { hour, destinations } = evidence.settings;
  const change = mayWrite && !editing && (
    <Button
      small
      icon="edit"
      onClick={() => {
        setEditing(true);
      }}
    >
      {t('keep.change')}
    </Button>
  );
  return (
    <Section title={t('proof.places')} note={change}>
      {editing ? (
        <PlacesForm
          evidence={evidence}
          onDone={() => {
            setEditing(false);
          }}
        />
      ) : destinations.length === 0 ? (
        <p className="sub">{t('proof.nowhere')}</p>
      ) : (
        <>
          <ul className={css['places']} aria-label={t('proof.places')}>
            {destinations.map((one) => (
              <li key={place(one)} className="wrap">
                {place(one)}
              </li>
            ))}
          </ul>
          <p className="sm sub">{t('proof.daily', { hour })}</p>
        </>
      )}
    </Section>
  );
}

function Aside({ evidence }: { evidence: Evidence }): ReactNode {
  const t = useWords('events');
  const { position, hash, key, last_left_at, next_at } = evidence;
  return (
    <>
      <Section title={t('proof.now')}>
        <KeyValues
          facts={[
            { label: t('proof.last'), value: last_left_at ? <ExactTime at={last_left_at} /> : t('proof.never') },
            { label: t('proof.next'), value: next_at && <ExactTime at={next_at} /> },
            { label: t('proof.journal'), value: typeof position === 'number' && t('proof.position', { number: position.toLocaleString('en-US') }) },
            { label: t('proof.hash'), value: hash && <Copyable text={hash} label={t('proof.hash')} /> },
            { label: t('proof.key'), value: key && <Copyable text={key} label={t('proof.key')} /> },
          ]}
        />
      </Section>
      <Section title={t('proof.verify')}>
        <p className="sm sub">{t('proof.verify_how')}</p>
        <Acts>
          <Copyable text="yaguractl events verify --data FOLDER --head FILE" label={t('proof.command')} />
        </Acts>
      </Section>
    </>
  );
}

export default function EvidencePage(): ReactNode {
  const t = useWords('events');
  const sentence = useSentence('events');
  return (
    <>
      <PageHead room="settings" title="events:proof.title" lead={t('proof.lead')} />
      <Await query={useEvidence()} lines={12}>
        {(evidence) =>
          evidence.journal ? (
            <>
              {evidence.stuck_since && (
                <Remark title={t('proof.stuck')}>{sentence('proof.stuck_since', { at: <ExactTime at={evidence.stuck_since} /> })}</Remark>
              )}
              <Columns
                main={
                  <>
                    <Places evidence={evidence} />
                    <Sent evidence={evidence} />
                  </>
                }
                side={<Aside evidence={evidence} />}
              />
            </>
          ) : (
            <Empty>{t('proof.no_journal')}</Empty>
          )
        }
      </Await>
    </>
  );
}
