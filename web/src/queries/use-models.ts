// SPDX-License-Identifier: Apache-2.0
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call, call_list } from '@/api/client';
import type { Model, ModelVariant, Pack, Report } from '@/api/types.gen';
import { keys } from '@/queries/keys';

export function useModels(): UseQueryResult<Model[]> {
  return useQuery({
    queryKey: keys.models,
    queryFn: ({ signal }) => call_list<Model>('list_models', { signal }),
  });
}

export function useModel(model: string): UseQueryResult<Model> {
  return useQuery({
    queryKey: keys.model(model),
    queryFn: ({ signal }) => call<Model>('get_model', { path: { model }, signal }),
  });
}

export function useVariant(variant_id: number | null): UseQueryResult<ModelVariant> {
  return useQuery({
    queryKey: keys.variant(variant_id ?? 0),
    enabled: Boolean(variant_id),
    queryFn: ({ signal }) =>
      call<ModelVariant>('get_variant', { path: { variant_id: variant_id ?? 0 }, signal }),
  });
}

export function useReports(): UseQueryResult<Report[]> {
  return useQuery({
    queryKey: keys.reports,
    queryFn: ({ signal }) => call_list<Report>('list_reports', { signal }),
  });
}

export function useReport(report_id: number): UseQueryResult<Report> {
  return useQuery({
    queryKey: keys.report(report_id),
    queryFn: ({ signal }) => call<Report>('get_report', { path: { report_id }, signal }),
  });
}

export function usePacks(): UseQueryResult<Pack[]> {
  return useQuery({
    queryKey: keys.packs,
    queryFn: ({ signal }) => call_list<Pack>('list_packs', { signal }),
  });
}
