import type { AnnotationQueryKind, DataQueryKind, DatasourceVariableKind, FieldConfig, FieldConfigSource, GridLayoutKind, PanelKind, PanelQueryKind, QueryGroupKind, Spec, TransformationKind } from '@grafana/schema/apis/dashboard.grafana.app/v2';
import type { Options as StatO } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { Options as TsO, FieldConfig as TsF } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type { Options as TableO, FieldConfig as TableF } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type { Options as StlO, FieldConfig as StlF } from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type { Options as TextO } from '@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen';

export interface Link { title: string; url: string; targetBlank?: boolean; oneClick?: boolean }
type Query<S> = Omit<DataQueryKind, 'group' | 'datasource' | 'spec'> & { group: 'prometheus'; datasource: { name: string }; spec: S };
export interface Expression { expr: string; legendFormat?: string; format?: 'time_series' | 'table' | 'heatmap'; instant?: boolean; range?: boolean; exemplar?: boolean; editorMode?: 'code' | 'builder'; interval?: string }
export interface Mark { refId: string; expr: string; interval?: string }
export interface MarkWords { titleFormat?: string; textFormat?: string; tagKeys?: string; useValueForTime?: boolean }

type PanelQuery = Omit<PanelQueryKind, 'spec'> & { spec: Omit<PanelQueryKind['spec'], 'query'> & { query: Query<Expression> } };
type Function = Omit<TransformationKind, 'group'> & { group: 'merge' | 'organize' | 'sortBy' };
type Data = Omit<QueryGroupKind, 'spec'> & { spec: Omit<QueryGroupKind['spec'], 'queries' | 'transformations'> & { queries: PanelQuery[]; transformations: Function[] } };
type Viz<T extends string, O, C> = {
  kind: 'VizConfig'; group: T; version: string;
  spec: { options: O; fieldConfig: { defaults: Omit<FieldConfig, 'custom' | 'links'> & { custom?: C; links?: Link[] }; overrides: FieldConfigSource['overrides'] } };
};
type AnyViz = Viz<'stat', StatO, never> | Viz<'timeseries', TsO, TsF> | Viz<'table', TableO, TableF> | Viz<'state-timeline', StlO, StlF> | Viz<'text', TextO, never>;
type StrictPanel = Omit<PanelKind, 'spec'> & { spec: Omit<PanelKind['spec'], 'data' | 'vizConfig'> & { data: Data; vizConfig: AnyViz } };
type Annotation = Omit<AnnotationQueryKind, 'spec'> & { spec: Omit<AnnotationQueryKind['spec'], 'query' | 'legacyOptions'> & { query: Query<Mark>; legacyOptions?: MarkWords } };

/** A dashboard as a resource of `dashboard.grafana.app/v2`, narrowed to what a generated one may hold. */
export interface StrictResource {
  apiVersion: 'dashboard.grafana.app/v2';
  kind: 'Dashboard';
  metadata: { name: string; namespace?: string; annotations?: Record<string, string>; labels?: Record<string, string> };
  spec: Omit<Spec, 'annotations' | 'elements' | 'layout' | 'variables'> & { annotations: Annotation[]; elements: Record<string, StrictPanel>; layout: GridLayoutKind; variables: DatasourceVariableKind[] };
}
