import { describe, expect, it } from 'vitest';
import { containerUse } from '../../functions/reporter/container-cost.ts';

const prices = { vcpuHour: 0.04, gigabyteHour: 0.004, addressHour: 0.005 };
const container = {
  ...{ cpu: '512', memory: '1024', pullStartedAt: '2026-01-01T00:00:00Z' },
  ...{ pullStoppedAt: '2026-01-01T00:00:12.5Z', stoppedAt: '2026-01-01T01:00:00Z' },
};

describe('what a container cost', () => {
  it('is its size and its address, from the pull to its end', () => {
    const { dollars, ...rest } = containerUse(container, prices);
    // An hour of half a vCPU, a GB and an address: 0.02 + 0.004 + 0.005.
    expect(dollars).toBeCloseTo(0.029, 10);
    expect(rest).toEqual({ pullMilliseconds: 12_500, billedSeconds: 3600 });
  });

  it('is that of a minute at least', () => {
    const short = containerUse({ ...container, stoppedAt: '2026-01-01T00:00:20Z' }, prices);
    expect(short).toMatchObject({ billedSeconds: 60, dollars: expect.closeTo(0.029 / 60, 10) });
  });

  it('is not guessed when ECS does not say when it was', () => {
    expect(containerUse({}, prices)).toEqual({});
    const { pullStartedAt: _, ...neverPulled } = container;
    expect(containerUse(neverPulled, prices)).toEqual({});
    const { cpu: __, ...unsized } = container;
    expect(containerUse(unsized, prices)).toEqual({ pullMilliseconds: 12_500 });
  });
});
