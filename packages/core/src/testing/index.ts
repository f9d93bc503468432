// Time
export type { FakeClock } from './fake-clock.ts'
export { fakeClock } from './fake-clock.ts'
// Stores: what each owes, and one that fails as told
export type { Fault, Faults, FaultyStore, FaultyStoreOptions, Lost } from './faulty-store.ts'
export { faultyStore } from './faulty-store.ts'
export type { ContractCase, StoreContractOptions } from './store-contract.ts'
export { storeContract } from './store-contract.ts'
