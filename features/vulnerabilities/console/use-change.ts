import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query';

/** A change after which whatever is shown of vulnerabilities is asked for again. */
export function useChange<T, V = void>(change: (value: V) => Promise<T>, then?: (answer: T) => void): UseMutationResult<T, Error, V> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (answer) => {
      then?.(answer);
      return client.invalidateQueries({ queryKey: ['vulnerabilities'] });
    },
  });
}
