import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { ApiError, answered, api } from '@shell/api/client';
import type { EffectivePolicy, PolicyFeature, PolicyVersion } from '@shell/api/schema';
import { useLanguage } from '@shell/i18n';
import type { Schema } from '@shell/schema-form/schema';

export function usePolicyFeatures(): UseQueryResult<PolicyFeature[]> {
  return useQuery({
    queryKey: ['policy-features'],
    staleTime: Infinity,
    queryFn: async () => (await answered(api.GET('/api/v1/policy-features'))).items,
  });
}

/** The title of a feature's policy, or its plain name while that is not known. */
export function useFeatureTitle(): (feature: string) => string {
  const language = useLanguage();
  const { data } = usePolicyFeatures();
  return (feature) => data?.find((one) => one.feature === feature)?.title[language] ?? feature;
}

export function schemaOf(feature: PolicyFeature): Schema {
  return feature.schema as Schema;
}

export const policiesKey = ['policies'] as const;

/** The current version of each feature in each group that has its own. */
export function usePolicies(): UseQueryResult<PolicyVersion[]> {
  return useQuery({
    queryKey: policiesKey,
    refetchInterval: 15_000,
    queryFn: async () => (await answered(api.GET('/api/v1/policies'))).items,
  });
}

/** A group's own policy; null where it takes what is above. */
export function usePolicy(feature: string, group: string): UseQueryResult<PolicyVersion | null> {
  return useQuery({
    queryKey: [...policiesKey, feature, group],
    refetchInterval: 10_000,
    queryFn: async () => {
      try {
        return await answered(api.GET('/api/v1/policies/{feature}/{group}', { params: { path: { feature, group } } }));
      } catch (error) {
        if (error instanceof ApiError && error.problem.code === 'not_found') return null;
        throw error;
      }
    },
  });
}

export function useInForce(endpoint: string): UseQueryResult<EffectivePolicy[]> {
  return useQuery({
    queryKey: ['endpoint-policies', endpoint],
    refetchInterval: 30_000,
    queryFn: async () =>
      (await answered(api.GET('/api/v1/endpoints/{id}/policies', { params: { path: { id: endpoint } } }))).items,
  });
}
