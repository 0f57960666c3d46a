import { ApiError } from '@shell/api/client';
import type { Problem, ShelfView } from '@shell/api/schema';

const away: Problem = { type: 'about:blank', title: 'unavailable', status: 0, code: 'unavailable', detail: '', errors: [] };

function readProblem(text: string): Problem {
  try {
    return { ...away, ...(JSON.parse(text) as Problem) };
  } catch {
    return away;
  }
}

/**
 * Hands a package file in. `fetch` cannot say how much has been sent, and a file of a gigabyte takes its time: so the older way, which can.
 * `told` hears the percent that have been sent.
 */
export function handIn(file: File, query: { sha256?: string | undefined; note?: string | undefined }, told: (percent: number) => void): Promise<ShelfView> {
  const search = new URLSearchParams();
  if (query.sha256) search.set('sha256', query.sha256);
  if (query.note) search.set('note', query.note);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/distribution/packages?${search.toString()}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => {
      told(total === 0 ? 100 : Math.floor((100 * loaded) / total));
    };
    request.onload = () => {
      if (request.status === 200 || request.status === 201) resolve(JSON.parse(request.responseText) as ShelfView);
      else reject(new ApiError(readProblem(request.responseText)));
    };
    request.onerror = () => {
      reject(new ApiError(away));
    };
    request.send(file);
  });
}
