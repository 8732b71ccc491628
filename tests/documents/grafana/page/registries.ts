// What Grafana's core fills at start-up: transformations and the properties that overrides may set.
import { FieldConfigOptionsRegistry, standardFieldConfigEditorRegistry, standardTransformers, standardTransformersRegistry } from "@grafana/data";

const transformations = [...new Map(Object.values(standardTransformers).map((t: any) => [t.id, t])).values()];
standardTransformersRegistry.setInit(
  () => transformations.map((t: any) => ({ id: t.id, name: t.name, transformation: () => Promise.resolve(t), editor: () => null })) as any,
);

const property = (path: string, isCustom: boolean): any => ({
  id: isCustom ? `custom.${path}` : path,
  path,
  isCustom,
  name: path,
  process: (value: unknown) => value,
  shouldApply: () => true,
  override: () => null,
  editor: () => null,
  hideFromDefaults: false,
});
const standard = ["unit", "decimals", "min", "max", "displayName", "mappings", "thresholds", "color", "links", "noValue", "filterable", "actions", "description"];
const custom = [
  "cellOptions", "align", "width", "minWidth", "inspect", "filterable", "wrapText", "hidden", "lineStyle", "lineWidth", "fillOpacity", "drawStyle", "lineInterpolation", "axisPlacement",
  "axisLabel", "axisSoftMin", "axisSoftMax", "barAlignment", "stacking", "thresholdsStyle", "hideFrom", "showPoints", "pointSize", "spanNulls", "gradientMode", "scaleDistribution",
];
const properties = [...standard.map((p) => property(p, false)), ...custom.map((p) => property(p, true))];
standardFieldConfigEditorRegistry.setInit(() => properties.slice(0, standard.length));

/** Every property that a dashboard of ours may set; `unknownProperties` finds the others. */
export const fieldConfigRegistry = new FieldConfigOptionsRegistry(() => properties);

/** Override properties that nothing here would apply: a typing error, or a gap of this page. */
export const unknownProperties = (panel: any): string[] =>
  (panel.fieldConfig?.overrides ?? [])
    .flatMap((o: any) => o.properties)
    .map((p: any) => p.id)
    .filter((id: string) => !fieldConfigRegistry.getIfExists(id));
