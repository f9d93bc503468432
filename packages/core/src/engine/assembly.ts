import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { createKeyNormalizer, type KeyNormalizer } from '../key/normalizer.ts'
import { adviceOn } from '../key-coverage/advice.ts'
import { KeyCoverage } from '../key-coverage/key-coverage.ts'
import { defined } from '../options/defined.ts'
import { isEncoding } from '../options/encoding-options.ts'
import type { RenderCacheOptions } from '../options/render-cache-options.ts'
import { resolveOptions, type Settings } from '../options/settings.ts'
import { routeTable } from '../rules/routes.ts'
import type { Entry } from '../store/entry.ts'
import { localLease } from '../store/local-lease.ts'
import { localLog } from '../store/local-log.ts'
import { memoryStore } from '../store/memory-store.ts'
import type { Store } from '../store/store.ts'
import { AdaptiveAdmission } from './adaptive-admission.ts'
import { Gate } from './admission/gate.ts'
import type { Lane } from './admission/lane.ts'
import { Turns } from './admission/turns.ts'
import { announce } from './announce.ts'
import { announceOverload } from './announce-overload.ts'
import { Answers } from './answers.ts'
import { AnswersByMode } from './answers-by-mode.ts'
import { Background } from './background.ts'
import { BypassGate } from './bypass-gate.ts'
import { Clearance } from './clearance.ts'
import { Departure } from './departure.ts'
import { EachAnew } from './each-anew.ts'
import { Encodings } from './encodings.ts'
import { Engine, type EngineParts } from './engine.ts'
import { type Answered, createEvents, type Events, type Hearing } from './events.ts'
import { FailureLog } from './failure-log.ts'
import { Flights } from './flight.ts'
import { GuardedLease } from './guarded-lease.ts'
import { GuardedStore } from './guarded-store.ts'
import { Keeper } from './kept.ts'
import type { Keyed } from './keyed.ts'
import { Landing } from './landing.ts'
import { Lives } from './lives.ts'
import { consoleLogger, type Logger } from './logger.ts'
import { Looks } from './looks.ts'
import { loopDelayMeter } from './loop-delay.ts'
import { News } from './news.ts'
import { type OffSwitch, offSwitch } from './off-switch.ts'
import { Openings } from './openings.ts'
import { OriginAnswers } from './origin-answers.ts'
import { OutageLog } from './outage-log.ts'
import type { Answer, Body } from './plan.ts'
import { RecentTime } from './recent-time.ts'
import { Reception, VALUE_RECEPTION } from './reception.ts'
import { RenderRunner } from './render-run.ts'
import { Rests } from './rests.ts'
import { type Slot, Slots } from './slots.ts'
import { StandIns } from './stand-ins.ts'
import { Stats } from './stats.ts'
import { StoreHealth } from './store-health.ts'
import { Takeoff } from './takeoff.ts'
import { type ServedValue, valueService } from './value-service.ts'
import { Values } from './values.ts'
import { Vigil } from './vigil.ts'
import { Writes } from './writes.ts'

/** Makes the part that starts renders, under a cap of their own. */
type TakeOff = (gate: Gate) => Departure

/** One render cache's parts, put together once; no part makes another. */
export class Assembly {
  readonly settings: Settings
  readonly normalizer: KeyNormalizer
  readonly clock: Clock
  readonly store: Store
  /** The same store, for pages: its failures are misses. */
  readonly guarded: GuardedStore
  readonly logger: Logger
  readonly events: Events
  readonly #hearing: Hearing = { answers: false }
  readonly failures: FailureLog
  readonly stats: Stats = new Stats()
  readonly rests: Rests = new Rests()
  readonly flights: Flights = new Flights()
  readonly slots: Slots
  readonly health: StoreHealth
  readonly writes: Writes
  readonly news: News
  readonly keeper: Keeper
  readonly looks: Looks
  /** For renders of other processes. */
  readonly vigil: Vigil
  readonly gate: Gate
  /** Where the cap follows what is measured. */
  readonly adaptive: AdaptiveAdmission | undefined
  readonly bypassGate: Gate
  /** For loads that no render waits for. */
  readonly loadGate: Gate
  /** In place of pages that are not to be had. */
  readonly standIns: StandIns
  readonly reception: Reception
  readonly bypass: BypassGate
  readonly runner: RenderRunner
  readonly background: Background
  readonly engine: Engine<Slot, Answer>
  readonly valueEngine: Engine<Keyed, ServedValue>
  readonly values: Values
  /** Answers in the engine's place while the cache is off. */
  readonly eachAnew: EachAnew
  readonly isOff: OffSwitch | undefined
  readonly encodings: Encodings
  /** In development only. */
  readonly coverage: KeyCoverage | undefined

  constructor(options: RenderCacheOptions) {
    const settings = resolveOptions(options)
    this.settings = settings
    this.normalizer = createKeyNormalizer(settings.keying)
    this.clock = options.clock ?? systemClock
    this.logger = options.logger ?? consoleLogger
    this.events = createEvents((error) => this.logger.error({ error }, 'a listener threw'), this.#hearing)
    this.failures = new FailureLog(this.logger)
    this.store = options.store ?? memoryStore({ clock: this.clock })
    const { admission, build } = settings
    this.slots = new Slots({
      normalizer: this.normalizer,
      places: createKeyNormalizer({ key: defined({ maxUrlBytes: settings.keying.key?.maxUrlBytes }) }),
      routes: routeTable(settings.routes, { ...settings, strategy: admission.strategy }),
      build: build?.id ?? '',
      hostsNamed: settings.hosts !== undefined,
    })
    this.health = new StoreHealth({
      clock: this.clock,
      timeoutMs: settings.storeTimeoutMs,
      failed: (operation, error) => this.events.emit('store-error', { operation, error }),
      changed: (change) => this.events.emit('store-state', change),
    })
    this.news = new News(this.store.log ?? localLog({ clock: this.clock }), {
      clock: this.clock,
      limit: this.health.limit,
      failed: (error) => this.events.emit('store-error', { operation: 'log', error }),
    })
    this.guarded = new GuardedStore(this.store, this.health)
    this.writes = new Writes(this.guarded)
    this.keeper = new Keeper(this.news, settings.downstream.staleMaxAge * 1000)
    this.looks = new Looks({ clock: this.clock, store: this.guarded, news: this.news, keeper: this.keeper })
    const { clock, events } = this
    const onOverload = (lane: Lane, isBegun: boolean): void => {
      events.emit('overload', { lane, state: isBegun ? 'begun' : 'over' })
    }
    this.gate = new Gate({ ...admission, clock, onOverload })
    this.adaptive = this.#adaptive()
    const bypasses = { ...admission, concurrency: admission.bypassConcurrency, clock }
    this.bypassGate = new Gate(bypasses)
    this.loadGate = new Gate(bypasses)
    const { normalizer, failures } = this
    const standIns = new StandIns({ fallback: settings.fallback, normalizer, clock, failures })
    this.standIns = standIns
    this.reception = new Reception({ normalizer, failures })
    this.bypass = new BypassGate(this.bypassGate, standIns)
    this.coverage = this.#coverage(options.keyCoverage)
    this.runner = new RenderRunner({
      coverage: this.coverage,
      clock: this.clock,
      maxPageBytes: settings.maxPageBytes,
    })
    this.background = new Background((error) => this.logger.error({ error }, 'background work failed'))
    this.encodings = this.#encodings()
    const clearance = this.#clearance()
    this.vigil = new Vigil({ clock: this.clock, clearance, looks: this.looks })
    const takeOff = this.#takeOff(clearance)
    this.engine = this.#pageEngine(takeOff)
    this.valueEngine = this.#valueEngine(takeOff)
    this.values = new Values(this)
    this.eachAnew = new EachAnew({
      gate: this.bypass,
      runner: this.runner,
      told: (slot, answered, reason) => this.told(slot.route.name, answered, reason),
      events: this.events,
      standIns,
      reception: this.reception,
    })
    this.isOff = offSwitch(options.enabled, this.logger)
    announce(settings, this.logger, this.events, this.failures)
    new OutageLog(this.logger, this.clock).listen(this.events)
    announceOverload(this.logger, this.events, this.clock)
  }

  #adaptive(): AdaptiveAdmission | undefined {
    const { adaptive: bounds } = this.settings
    if (bounds === undefined) return undefined
    const { gate, clock } = this
    return new AdaptiveAdmission({ gate, clock, meter: loopDelayMeter(), bounds })
  }

  #coverage(isWanted: boolean = isDevelopment()): KeyCoverage | undefined {
    if (!isWanted) return undefined
    const { normalizer, events, logger, settings } = this
    return new KeyCoverage({
      normalizer,
      key: settings.keying.key ?? {},
      tell(finding) {
        events.emit('key-coverage', finding)
        logger.warn({ ...finding }, adviceOn(finding))
      },
    })
  }

  #encodings(): Encodings {
    const { encoding: settings, maxPageBytes } = this.settings
    const { clock, guarded: store, news, background, logger } = this
    return new Encodings({
      settings,
      maxPageBytes,
      clock,
      store,
      news,
      background,
      failed: (error) => logger.error({ error }, 'a page could not be encoded, and goes out as it is'),
    })
  }

  #pageEngine(takeOff: TakeOff): Engine<Slot, Answer> {
    const { downstream, keyNames } = this.settings
    const { normalizer, encodings, standIns } = this
    const identityOf = (entry: Entry): Body => encodings.identityOf(entry)
    const policy = new Answers({ downstream, varyNames: normalizer.vary, keyNames, identityOf })
    const origin = new OriginAnswers(identityOf)
    const answers = new AnswersByMode({ policy, origin, encodings, standIns })
    return this.#engine({ answers, departure: takeOff(this.gate), reception: this.reception })
  }

  /** Loads take no place in the cap: most run inside of a render, which has one. */
  #valueEngine(takeOff: TakeOff): Engine<Keyed, ServedValue> {
    const gate = new Gate({ concurrency: Number.POSITIVE_INFINITY, queueLimit: 0 })
    return this.#engine({ answers: valueService, departure: takeOff(gate), reception: VALUE_RECEPTION })
  }

  #engine<Key extends Keyed, Out>(
    own: Pick<EngineParts<Key, Out>, 'answers' | 'departure' | 'reception'>,
  ): Engine<Key, Out> {
    const { clock, guarded: store, news, keeper, looks, rests, flights } = this
    const { staleMaxAge } = this.settings.downstream
    return new Engine({
      clock,
      recent: new RecentTime(clock),
      store,
      news,
      keeper,
      looks,
      rests,
      flights,
      ...own,
      staleMaxAge,
      told: (slot, answered, reason, culprit) => this.told(slot.route.name, answered, reason, culprit),
    })
  }

  /** How pages and values alike are rendered: under one set of leases, with one way to land. */
  #takeOff(clearance: Clearance): TakeOff {
    const { clock, flights, vigil, bypassGate, runner, news, rests, background, events } = this
    const landing = this.#landing(clearance)
    const openings = new Openings({ landing, news, bypassGate })
    const run = { clock, bypassGate, runner, landing, rests, openings, news, events }
    const shared = { clock, flights, clearance, vigil, landing, rests, background }
    const isShared = this.store.capabilities.shared
    return (gate) => {
      const turns = new Turns({ gate, bypassGate, limits: this.settings.admission })
      return new Departure({ ...shared, isShared, takeoff: new Takeoff({ ...run, turns }) })
    }
  }

  #clearance(): Clearance {
    const { news, clock } = this
    const lease = new GuardedLease(this.store.lease ?? localLease({ clock }), this.health)
    return new Clearance({ lease, news, clock, graceMs: this.settings.downstream.staleMaxAge * 1000 })
  }

  #landing(clearance: Clearance): Landing {
    const { settings, clock, guarded: store, writes, health, background } = this
    const { news, keeper, flights, rests, events, stats, normalizer, encodings } = this
    return new Landing({
      clock,
      store,
      writes,
      write: settings.write,
      limit: health.limit,
      background,
      news,
      keeper,
      clearance,
      flights,
      rests,
      events,
      stats,
      lives: new Lives((route, short) => events.emit('short-lives', { route, ...short })),
      build: settings.build?.id ?? '',
      staleMaxAge: settings.downstream.staleMaxAge,
      maxTags: settings.maxTags,
      keyedHeaders: normalizer.vary,
      encodable: isEncoding(settings.encoding) && settings.encoding,
      onStored(slot, entry) {
        if (slot.route.encoding) encodings.stored(slot, entry)
      },
    })
  }

  /** Every answer is counted; the event is made only where somebody listens. */
  readonly told = (route: string, answered: Answered, reason?: string, culprit?: string): void => {
    this.stats.answer(route, answered, reason, culprit)
    if (!this.#hearing.answers) return
    const named = culprit === undefined ? {} : { culprit }
    this.events.emit('answer', { route, answered, ...(reason === undefined ? {} : { reason }), ...named })
  }
}

/** Neither in production nor in tests, whose logs nobody reads. */
function isDevelopment(): boolean {
  const mode = process.env['NODE_ENV']
  return mode !== 'production' && mode !== 'test'
}
