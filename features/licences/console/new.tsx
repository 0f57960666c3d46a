import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { answered, api } from '@shell/api/client';
import { useSearchState } from '@shell/address/use-search';
import { usePlace } from '@shell/session/session';
import { Button } from '@shell/ui/button';
import { PageHead } from '@shell/ui/page';
import { Acts, Stack } from '@shell/ui/section';
import { Await, Failed } from '@shell/ui/states';
import { useUnsaved } from '@shell/ui/unsaved';
import { useState, type ReactNode } from 'react';
import { bodyOf, emptyDraft, isGood, LicenceFields } from './licence-fields';
import { useLicenceWords } from './own-words';

function Form({ product }: { product: { id: string; name: string } | null }): ReactNode {
  const t = useLicenceWords();
  const { zone } = usePlace();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [before] = useState({ ...emptyDraft, product: product?.id ?? '' });
  const [draft, setDraft] = useState(before);
  const { question, release } = useUnsaved(JSON.stringify(draft) !== JSON.stringify(before));
  const save = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/licences', { body: bodyOf(draft, zone) })),
    onSuccess: async (made) => {
      release();
      await client.invalidateQueries({ queryKey: ['licences'] });
      await navigate({ to: `/licences/${made.id}` });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {question}
      <Stack>
        <LicenceFields
          draft={draft}
          product={product}
          readOnly={false}
          set={(changes) => {
            setDraft((now) => ({ ...now, ...changes }));
            save.reset();
          }}
        />
        {save.error && <Failed error={save.error} />}
        <Acts>
          <Button main type="submit" busy={save.isPending} disabled={!isGood(draft)}>
            {t('form.add')}
          </Button>
        </Acts>
      </Stack>
    </form>
  );
}

/** A purchase that is entered, perhaps of a product that is known already. */
export default function NewLicence(): ReactNode {
  const t = useLicenceWords();
  const [search] = useSearchState();
  const id = search['product'];
  const query = useQuery({
    queryKey: ['licences', 'product-name', id],
    queryFn: async () => {
      if (id === undefined) return { product: null };
      const { product } = await answered(api.GET('/api/v1/licences/products/{id}', { params: { path: { id } } }));
      return { product: { id, name: [product.vendor, product.name].filter(Boolean).join(' ') } };
    },
  });
  return (
    <>
      <PageHead room="assets" title="licences:new" lead={t('lead')} />
      <Await query={query} lines={10}>
        {({ product }) => <Form product={product} />}
      </Await>
    </>
  );
}
