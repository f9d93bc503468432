import { describe, expect, it } from 'vitest'
import { startOptions } from '../src/launcher/start-options.ts'

const url = 'redis://127.0.0.1:6379'

describe('npm start --', () => {
  it.each<[string, unknown]>([
    ['', { latency: undefined, fleet: undefined }],
    ['--latency 500', { latency: '500', fleet: undefined }],
    ['--render worker', { render: 'worker', fleet: undefined }],
    ['--redis', { fleet: { nodes: 4, redisUrl: undefined } }],
    ['--redis --nodes 3', { fleet: { nodes: 3, redisUrl: undefined } }],
    [`--redis ${url}`, { fleet: { nodes: 4, redisUrl: url } }],
    [`--redis=${url} --nodes=16`, { fleet: { nodes: 16, redisUrl: url } }],
    [`--nodes 1 --redis ${url} --latency 20`, { latency: '20', fleet: { nodes: 1, redisUrl: url } }],
  ])('%s is understood', (line, options) => {
    expect(startOptions(line.split(' ').filter(Boolean))).toMatchObject(options as object)
  })

  it.each([
    ['--nodes 4', /^Several processes need a Redis that they share: .+ Write npm start -- --redis --nodes 4\.$/],
    ['--redis --nodes 0', /^--nodes must be a whole number from 1 to 16, got "0"\. Write --nodes 4\.$/],
    ['--redis --nodes 17', /got "17"/],
    ['--redis --nodes 2.5', /got "2\.5"/],
    ['--redis --nodes four', /got "four"/],
    ['--redis --nodes', /--nodes/],
    ['--node 4', /--node/],
    ['--render thread', /^--render must be main or worker, got "thread"\. Write npm start -- --render worker\.$/],
  ])('%s is refused with the way out', (line, message) => {
    expect(() => startOptions(line.split(' '))).toThrow(message)
  })
})
