import { useQueryClient } from '@tanstack/react-query';
import type { Survey } from '@shell/api/schema';

export const surveysKey = ['surveys'] as const;
export const surveyKey = (id: string): readonly string[] => ['survey', id];
export const resultsKey = (id: string): readonly string[] => ['survey-results', id];
export const mySurveysKey = ['my-surveys'] as const;
export const mySurveyKey = (id: string): readonly string[] => ['my-survey', id];

/** Puts what the server answered in the place of what was there, and has lists read again. */
export function useKeep(): (after: Survey) => Promise<void> {
  const client = useQueryClient();
  return async (after) => {
    client.setQueryData(surveyKey(after.id), after);
    await client.invalidateQueries({ queryKey: surveysKey });
  };
}
