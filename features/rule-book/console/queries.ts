import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { answered, api } from '@shell/api/client';
import type { EventView, FacetsView, Group, PolicyFeature, PolicyVersion, ReadyRuleView, RuleSightView } from '@shell/api/schema';
import { useLanguage } from '@shell/i18n';
import type { Language } from '@shell/i18n/words';
import { isRoot } from '@shell/pick/groups';
import { quoted } from '../../../core/events/console/question';
import { policiesKey, usePolicyFeatures } from '../../../core/policy/console/queries';
import { tidied, type Rule, type When } from './rule';

/** The books of all groups: what holds in one comes from those above it too. */
export function useBooks(): UseQueryResult<PolicyVersion[]> {
  return useQuery({
    queryKey: [...policiesKey, 'rule_book'],
    refetchInterval: 15_000,
    queryFn: async () => (await answered(api.GET('/api/v1/policies', { params: { query: { feature: 'rule_book' } } }))).items,
  });
}

/** The description of the policy: its schema, and what holds where nobody decided anything. */
export function useDescription(): { feature: PolicyFeature | undefined; loaded: boolean; error: Error | null; refetch: () => unknown } {
  const { data, error, refetch } = usePolicyFeatures();
  return { feature: data?.find((one) => one.feature === 'rule_book'), loaded: data !== undefined, error, refetch };
}

export function useReady(): UseQueryResult<ReadyRuleView[]> {
  return useQuery({
    queryKey: ['rule-book', 'ready'],
    staleTime: Infinity,
    queryFn: async () => (await answered(api.GET('/api/v1/rule-book/ready'))).items,
  });
}

function sightOptions(rule: Rule, group: string) {
  const body = asked(rule);
  return {
    // Other changes than those of what decides it ask nothing anew.
    queryKey: ['rule-book', 'sight', group, JSON.stringify(body)],
    staleTime: 300_000,
    queryFn: ({ signal }: { signal: AbortSignal }) => answered(api.POST('/api/v1/rule-book/sight', { body: { rule: body, group }, signal })),
  };
}

/** What of conditions decides where they can be told: of what they ask, not what they say about it. */
function outline({ kinds, program, texts = [], first_seen }: When): When {
  const names = [program?.names, program?.paths, program?.sha256].some((list) => list !== undefined && list.length > 0);
  return {
    ...(kinds ? { kinds } : {}),
    ...(names ? { program: { names: ['any'] } } : {}),
    ...(texts.length > 0 ? { texts: [...new Set(texts.map((one) => one.in))].sort().map((place) => ({ in: place })) } : {}),
    ...(first_seen === undefined ? {} : { first_seen }),
  };
}

/** The outline of a rule, with names of its own, so that one that is only begun can be asked about too. */
function asked({ level, when, at_least, except = [] }: Rule): Record<string, unknown> {
  return {
    id: 'asked',
    name: 'asked',
    class: 'asked',
    level,
    when: outline(when),
    ...(at_least ? { at_least: { within_s: 60 } } : {}),
    ...(except.length > 0 ? { except: except.map((one) => ({ when: outline(one.when), reason: 'asked' })) } : {}),
  };
}

/** On how many endpoints of a group a rule would do what it asks for. */
export function useSight(rule: Rule, group: string, enabled: boolean): UseQueryResult<RuleSightView> {
  return useQuery({ ...sightOptions(rule, group), enabled, placeholderData: keepPreviousData, retry: false });
}

/** The question that finds exactly the rows to which a rule answered in the last days. */
export function rowsOf(rule: string, daysBack: number, group: Group, language: Language): string {
  const [field, since, of] = language === 'ja' ? ['規則', '以降', 'グループ'] : ['rule', 'since', 'group'];
  return `${field}=${rule} ${since}:${String(daysBack)}d${inGroup(group, of)}`;
}

/** Groups that are made of a question hold no endpoints of their own, which the log search could name. */
const inGroup = (group: Group, field: string): string => (isRoot(group) || group.kind !== 'fixed' ? '' : ` ${field}=${quoted(group.name)}`);

const top = 100;

export interface Answers {
  /** How often a rule answered; undefined where it is not among those that were counted. */
  of: (rule: string) => number | undefined;
  /** Everything was counted; otherwise there are at least so many. */
  exact: boolean;
}

function answersOf({ facets, covered }: FacetsView): Answers {
  const facet = facets.find((one) => one.field === 'rule');
  const counts = new Map(facet?.values.map((one) => [one.value, one.count]));
  return { of: (rule) => counts.get(rule) ?? (facet && facet.others > 0 ? undefined : 0), exact: covered.exact };
}

/** How often each rule answered in the last days. */
export function useAnswers(group: Group, daysBack: number, enabled: boolean): UseQueryResult<Answers> {
  return useQuery({
    queryKey: ['rule-book', 'answers', group.id, daysBack],
    staleTime: 60_000,
    enabled,
    retry: false,
    queryFn: async ({ signal }) => {
      const q = `rule:* since:${String(daysBack)}d${inGroup(group, 'group')}`;
      return answersOf(await answered(api.GET('/api/v1/events/facets', { params: { query: { q, fields: 'rule', top } }, signal })));
    },
  });
}

export interface Example {
  event: EventView;
  /** The rule answered to it; otherwise it is only of the same kind. */
  answered: boolean;
}

/** Something that really happened, to fill a pop-up with: what the rule answered to last, or the last act of its kinds. */
export function useExample({ id, when }: Rule, enabled: boolean): UseQueryResult<Example | null> {
  const kind = (when.kinds ?? []).map((one) => (one.includes('.') ? one : `${one}.*`)).join(',');
  const known = /^[a-z0-9-]+$/.test(id);
  return useQuery({
    queryKey: ['rule-book', 'example', known ? id : '', kind],
    staleTime: 300_000,
    enabled,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const newest = async (query: { q: string } | { kind: string }): Promise<EventView | undefined> =>
        (await answered(api.GET('/api/v1/events', { params: { query: { ...query, limit: 1 } }, signal }))).items[0];
      const own = known ? await newest({ q: `rule=${id} since:30d` }) : undefined;
      if (own) return { event: own, answered: true };
      const like = kind === '' ? undefined : await newest({ kind });
      return like ? { event: like, answered: false } : null;
    },
  });
}

export function useEvent(id: string): UseQueryResult<EventView> {
  return useQuery({
    queryKey: ['rule-book', 'event', id],
    staleTime: Infinity,
    queryFn: ({ signal }) => answered(api.GET('/api/v1/events/{id}', { params: { path: { id } }, signal })),
  });
}

/** A ready rule as it goes into a book of this language. */
export function useReadyRule(): (ready: ReadyRuleView) => Rule {
  const language = useLanguage();
  return (ready) => tidied(ready[language] as unknown as Rule);
}
