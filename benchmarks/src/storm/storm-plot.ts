import type { Config, TopLevelSpec } from 'vega-lite'
import type { StormLog } from './storm-run.ts'
import { ANSWERS, type Point, type Timeline, timeline } from './timeline.ts'

const WIDTH = 900
const HEIGHT = 110
const GREY = '#667'

/** Whether it is well is said by colour: blue to green for what visitors came for, orange to red for what they did not. */
const COLOURS: Readonly<Record<(typeof ANSWERS)[number], string>> = {
  hit: '#4c78a8',
  stale: '#72b7b2',
  'page rendered': '#54a24b',
  shell: '#eeca3b',
  'other 503': '#f58518',
  lost: '#e45756',
}

const CONFIG: Config = {
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: GREY,
    titleColor: GREY,
    gridColor: '#e4e4ea',
    domain: false,
    tickColor: '#ccd',
    titleFontWeight: 'normal',
  },
  axisY: { minExtent: 48 },
  legend: { orient: 'right', title: null, labelColor: GREY },
  title: { anchor: 'start', frame: 'group', fontSize: 12, color: '#223', offset: 4 },
}

/** The storm over time, as SVG: one strip for each question that somebody on call would ask, all on one time axis. */
export async function stormSvg(log: StormLog, title: string): Promise<string> {
  // Only whoever draws loads what draws.
  const [{ compile }, { parse, View }] = await Promise.all([import('vega-lite'), import('vega')])
  const view = new View(parse(compile(specOf(timeline(log), title)).spec), { renderer: 'none' })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}

type Strip = Extract<TopLevelSpec, { vconcat: unknown }>['vconcat'][number]

function specOf(storm: Timeline, title: string): TopLevelSpec {
  const time = {
    field: 'at',
    type: 'quantitative',
    scale: { domain: [0, storm.stretches.at(-1)?.to ?? 1], nice: false },
  } as const
  const strip = (title: string, unit: string, marks: readonly object[], labels = false): Strip =>
    ({
      title,
      width: WIDTH,
      height: HEIGHT,
      encoding: { x: { ...time, title: null }, y: { title: unit } },
      layer: [...stretchMarks(storm, labels), ...marks],
    }) as Strip // layers are built from parts that all share an encoding
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    padding: 12,
    config: CONFIG,
    title: { text: title, fontSize: 15, anchor: 'start', offset: 10 },
    resolve: { scale: { color: 'independent' } },
    vconcat: [
      strip(
        'Hits: from the request being sent to the answer handed over, in the server',
        'ms, log',
        [lines(storm.hitMs, LOG)],
        true,
      ),
      strip('Event loop: how late it was at worst', 'ms, log', [lines(storm.loopDelayMs.map(visible), LOG)]),
      strip('Renders at once, and the cap', 'renders', [lines(storm.renders)]),
      strip('Waiting for a place', 'requests', [lines(storm.queued)]),
      strip('What visitors and the crawler were answered', 'a second', [areas(storm.answers)]),
    ],
  }
}

/** From a tenth of a millisecond to ten seconds in every plot, so that two of them can be laid side by side. */
const LOG = {
  scale: { type: 'log', domain: [0.1, 10_000], clamp: true },
  axis: { values: [0.1, 1, 10, 100, 1_000, 10_000], format: '~r' },
}

/** On a logarithmic scale there is no zero. */
function visible(point: Point): Point {
  return { ...point, value: Math.max(0.1, point.value) }
}

function stretchMarks({ stretches }: Timeline, isLabelled: boolean): readonly object[] {
  const data = { values: stretches }
  const x = { field: 'from', type: 'quantitative' }
  const bands = {
    data: { values: stretches.filter((_, place) => place % 2 === 1) },
    mark: { type: 'rect', color: '#f3f4f8' },
    encoding: { x, x2: { field: 'to' }, y: { value: 0 }, y2: { value: HEIGHT } },
  }
  const labels = {
    data,
    mark: { type: 'text', align: 'left', baseline: 'top', dx: 5, dy: 2, color: GREY, fontWeight: 'bold' },
    encoding: { x, y: { value: 0 }, text: { field: 'name' } },
  }
  return isLabelled ? [bands, labels] : [bands]
}

const LINE_COLOURS = ['#4c78a8', '#e45756']

function lines(values: readonly Point[], manner: object = {}): object {
  const series = [...new Set(values.map((point) => point.series))]
  return {
    data: { values },
    mark: { type: 'line', strokeWidth: 1.5 },
    encoding: {
      y: { field: 'value', type: 'quantitative', ...manner },
      color: { field: 'series', type: 'nominal', scale: { domain: series, range: LINE_COLOURS } },
    },
  }
}

function areas(values: readonly Point[]): object {
  // What is well lies at the bottom.
  const placed = values.map((point) => ({ ...point, place: ANSWERS.indexOf(point.series as (typeof ANSWERS)[number]) })) // one of them
  return {
    data: { values: placed },
    mark: { type: 'area', interpolate: 'step' },
    encoding: {
      y: { field: 'value', type: 'quantitative', stack: 'zero' },
      color: {
        field: 'series',
        type: 'nominal',
        scale: { domain: [...ANSWERS], range: ANSWERS.map((name) => COLOURS[name]) },
      },
      order: { field: 'place', type: 'quantitative' },
    },
  }
}
