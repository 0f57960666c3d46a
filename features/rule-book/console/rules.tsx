import { useNavigate } from '@tanstack/react-router';
import { useSearchState } from '@shell/address/use-search';
import type { Group, PolicyFeature, PolicyVersion } from '@shell/api/schema';
import { useWords } from '@shell/i18n';
import { GroupSelect } from '@shell/pick/group-select';
import { isRoot, useGroups } from '@shell/pick/groups';
import { useCan } from '@shell/session/session';
import { Button, LinkButton } from '@shell/ui/button';
import { Go } from '@shell/ui/link';
import { PageHead } from '@shell/ui/page';
import { Section, Stack } from '@shell/ui/section';
import { Await, Empty } from '@shell/ui/states';
import { RelativeTime } from '@shell/ui/time';
import { useState, type ReactNode } from 'react';
import { bookOf, freeId, isWithin, type Book } from './book';
import { Check } from './check';
import { Company } from './company';
import { faultsOf } from './faults';
import { FaultsProvider, type ShownFault } from './faults-context';
import { Gallery } from './gallery';
import { LeaveGuard } from './leave-guard';
import { InheritedRule, OwnRule } from './one';
import { useBooks, useDescription, useReady } from './queries';
import { rulesOf, withField, type Rule } from './rule';
import { RuleTable } from './rule-table';
import css from './rules.module.css';
import { SaveBar } from './save-bar';
import { useDraft, type Draft } from './use-draft';
import { refusalsOf, useSave } from './use-save';

/** What is not yet written is no fault until somebody wants to save. */
const unwritten = new Set(['name', 'everything', 'everything_let', 'reason', 'no_text', 'no_amount']);

interface Shown {
  group: Group;
  book: Book;
  /** Ids in the groups below, which would meet those of this group on their endpoints. */
  below: readonly string[];
  usual: Record<string, unknown>;
}

interface Room extends Shown {
  draft: Draft;
  taken: string[];
  open: (key: string) => void;
}

function Head({ group, book, acts }: { group: Group; book: Book; acts: ReactNode }): ReactNode {
  const t = useWords('rule-book');
  const [, change] = useSearchState();
  return (
    <>
      <PageHead room="rules" title="rule-book:rules.title" lead={t('rules.lead')} acts={acts} />
      <div className={css['where']}>
        <GroupSelect
          quiet
          label={t('rules.group')}
          value={group.id}
          onChange={(id) => {
            if (id !== null) change({ group: id, q: undefined, only: undefined });
          }}
        />
        {book.base && (
          <p className="sm sub">
            {t('rules.version', { number: book.base.version, by: book.base.created_by })} <RelativeTime at={book.base.created_at} />{' '}
            <Go className="t" to={`/policies/rule_book/${group.id}`}>
              {t('rules.as_policy')}
            </Go>
          </p>
        )}
      </div>
    </>
  );
}

/** The list of a group's rules; where there are none, the ready ones to begin with. */
function Overview({ group, book, draft, taken, open, saved }: Room & { saved: PolicyVersion | null }): ReactNode {
  const t = useWords('rule-book');
  const mayWrite = useCan('policies.write');
  // The ready rules stay in sight until something is saved: whoever begins takes more than one.
  const fresh = book.own.length + book.inherited.length === 0;
  const none = fresh && draft.entries.length === 0;
  const write = (): void => {
    open(draft.add({ id: freeId('rule', taken), name: '', class: 'confidential', level: 'log', when: {} }));
  };
  const acts = mayWrite && (
    <>
      <LinkButton to="/rules" search={{ group: group.id, view: 'ready' }}>
        {t('rules.choose_ready')}
      </LinkButton>
      <Button main icon="plus" onClick={write}>
        {t('rules.write')}
      </Button>
    </>
  );
  const rules = [...draft.entries.map((one) => one.rule), ...book.inherited.map((one) => one.rule)];
  return (
    <>
      <Head group={group} book={book} acts={acts} />
      {saved && !draft.dirty && (
        <p role="status" className={css['saved']}>
          {t('bar.saved', { number: saved.version })}
        </p>
      )}
      <Stack>
        {none ? <Empty>{t(mayWrite ? 'rules.none' : 'rules.none_read')}</Empty> : <RuleTable book={book} draft={draft} group={group} />}
        {fresh && mayWrite && <Ready group={group} draft={draft} book={book} taken={taken} />}
        <Company book={book} draft={draft} rules={rules} />
      </Stack>
    </>
  );
}

function Ready({ group, draft, book, taken }: Pick<Room, 'group' | 'draft' | 'book' | 'taken'>): ReactNode {
  const t = useWords('rule-book');
  return (
    <Section title={t('gallery.title')} note={t('gallery.lead')}>
      <Gallery
        group={group}
        placeOf={(id) => {
          const own = draft.entries.find((one) => one.rule.id.replace(/-\d+$/, '') === id);
          if (own) return { key: own.key, stored: !draft.changes.some((one) => one.key === own.key && one.kind === 'added') };
          const above = book.inherited.find((one) => one.rule.id === id);
          return above ? { key: `${above.group.id}/${id}`, stored: true } : undefined;
        }}
        onUse={(rule) => {
          draft.add({ ...withField(rule, 'on', undefined), id: freeId(rule.id, taken) });
        }}
      />
    </Section>
  );
}

function Page({ group, book, below, usual, home }: Shown & { home: string }): ReactNode {
  const t = useWords('rule-book');
  const [search] = useSearchState();
  const navigate = useNavigate();
  const draft = useDraft(book);
  const [tried, setTried] = useState(false);
  const [saved, setSaved] = useState<PolicyVersion | null>(null);
  const go = (more: Record<string, string>): void => {
    void navigate({ to: '/rules', search: { group: group.id, ...more } as never });
  };
  const save = useSave(draft, group.id, usual, (version) => {
    setSaved(version);
    setTried(false);
    go({});
  });
  const calendar = draft.calendar ?? book.calendar;
  const others = [...book.inherited.map((one) => one.rule.id), ...below];
  const taken = [...draft.entries.map((one) => one.rule.id), ...others];
  const refusals = refusalsOf(save.error, save.variables?.entries, draft.entries);
  // A rule that is stored already keeps its id, whatever other groups have done since.
  const besides = (key: string): string[] => [...draft.entries.filter((one) => one.key !== key).map((one) => one.rule.id), ...(book.own.some((one) => one.id === key) ? [] : others)];
  const faultsAt = (key: string, rule: Rule, all: boolean): ShownFault[] => {
    const own = faultsOf(rule, besides(key)).filter((one) => all || !unwritten.has(one.code));
    // What the server refused stands until the rule is changed.
    return [...own, ...refusals.filter((one) => one.key === key).map((one) => one.fault)];
  };
  const wrong = draft.entries
    .map(({ key, rule }) => ({ key, name: rule.name || t('rules.new_name'), faults: faultsOf(rule, besides(key)) }))
    .filter((one) => one.faults.length > 0);
  const count = draft.changes.length + (draft.calendar ? 1 : 0);
  const room: Room = { group, book, below, usual, draft, taken, open: (key) => { go({ edit: key }); } };
  const { edit, view } = search;
  const entry = draft.entries.find((one) => one.key === edit);
  const held = book.inherited.find((one) => `${one.group.id}/${one.rule.id}` === edit);

  const body = (): ReactNode => {
    if (edit !== undefined && entry) {
      return (
        <FaultsProvider faults={faultsAt(entry.key, entry.rule, tried)}>
          <OwnRule key={entry.key} entry={entry} draft={draft} group={group} calendar={calendar} onRemoved={() => { go({}); }} />
        </FaultsProvider>
      );
    }
    if (edit !== undefined && held) return <InheritedRule held={held} group={group} calendar={calendar} />;
    if (edit !== undefined) return <Empty act={<LinkButton to="/rules" search={{ group: group.id }}>{t('rules.to_list')}</LinkButton>}>{t('rules.lost')}</Empty>;
    if (view === 'check') return <Check draft={draft} group={group} calendar={calendar} save={save} />;
    if (view === 'ready') {
      return (
        <>
          <Head group={group} book={book} acts={<LinkButton to="/rules" search={{ group: group.id }}>{t('rules.to_list')}</LinkButton>} />
          <Ready group={group} draft={draft} book={book} taken={taken} />
        </>
      );
    }
    return <Overview {...room} saved={saved} />;
  };
  return (
    <>
      {body()}
      {draft.dirty && view !== 'check' && (
        <SaveBar
          group={group.id}
          count={count}
          wrong={tried ? wrong : []}
          faults={wrong.reduce((sum, one) => sum + one.faults.length, 0)}
          onCheck={() => {
            setTried(true);
            if (wrong.length === 0) go({ view: 'check' });
          }}
          onDiscard={() => {
            draft.discard();
            setTried(false);
            if (edit !== undefined) go({});
          }}
        />
      )}
      <LeaveGuard count={count} group={group.id} home={home} />
    </>
  );
}

/** A group's rules: the list, one rule, the ready ones, and what is checked before it is saved. One draft for all of them. */
export default function Rules(): ReactNode {
  const t = useWords('rule-book');
  const [search] = useSearchState();
  const groups = useGroups();
  const books = useBooks();
  const description = useDescription();
  // The page waits for the ready rules too: what stands below them would move.
  const first = useReady();
  // A link to a rule need not know in whose book it stands.
  const owner = search['group'] ?? books.data?.find((one) => rulesOf(one.value).some((rule) => rule.id === search['edit']))?.group.id;
  // Who has some groups only does not see the root.
  const home = groups.data?.find(isRoot) ?? groups.data?.[0];
  const group = owner === undefined ? home : groups.data?.find((one) => one.id === owner);
  const ready = groups.data && books.data && description.loaded && !first.isPending ? { books: books.data, feature: description.feature } : undefined;
  const error = groups.error ?? books.error ?? description.error;
  const refetch = (): void => {
    void groups.refetch();
    void books.refetch();
    void description.refetch();
  };
  const shown = (policies: PolicyVersion[], feature: PolicyFeature | undefined): ReactNode => {
    if (!group || !feature) return <Empty act={<LinkButton to="/rules">{t('rules.to_list')}</LinkButton>}>{t('rules.no_group')}</Empty>;
    const usual = feature.default_value as Record<string, unknown>;
    const under = policies.filter((one) => one.group.id !== group.id && isWithin(one.group.path, group.path) && one.inherit === 'add');
    const below = under.flatMap((one) => rulesOf(one.value).map((rule) => rule.id));
    return <Page key={group.id} group={group} book={bookOf(group, policies, usual)} below={below} usual={usual} home={home?.id ?? ''} />;
  };
  const headless = ready === undefined || !group || !description.feature;
  return (
    <>
      {headless && <PageHead room="rules" title="rule-book:rules.title" lead={t('rules.lead')} />}
      <Await query={{ data: ready, error, refetch }} lines={14}>
        {({ books: policies, feature }) => shown(policies, feature)}
      </Await>
    </>
  );
}
