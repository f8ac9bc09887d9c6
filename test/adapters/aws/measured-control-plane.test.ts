import { describe, expect, it } from 'vitest';
import { measuredControlPlane } from '../../../adapters/aws/measured-control-plane.ts';
import { memoryControlPlane } from '../../../adapters/memory/control-plane.ts';
import { detailValues } from '../../../infra/cost/custom-metrics.ts';
import { fakeClock } from '../../support/fake-clock.ts';

function measured() {
  const plane = memoryControlPlane();
  const clock = fakeClock({ skip: Number.POSITIVE_INFINITY });
  const counted: [name: string, value: number | undefined, detail: string | undefined][] = [];
  const meter = {
    add: (name: string, value?: number, detail?: string) => void counted.push([name, value, detail]),
    publish() {},
  };
  return { plane, clock, counted, measured: measuredControlPlane(plane, meter, clock) };
}

describe('a measured control plane', () => {
  it('answers as the other does, and says how long that took', async () => {
    const { plane, clock, counted, measured: api } = measured();
    plane.ready = [{ id: 1 }];
    plane.readyTasks = async () => {
      await clock.sleep(250);
      return plane.ready;
    };
    expect(await api.readyTasks()).toEqual([{ id: 1 }]);
    expect(counted).toEqual([['ApiMilliseconds', 250, undefined]]);
  });

  it('throws what the other throws, and counts it by its call', async () => {
    const { plane, counted, measured: api } = measured();
    const down = new Error('down');
    plane.lock = () => Promise.reject(down);
    await expect(api.lock(1)).rejects.toBe(down);
    expect(counted).toContainEqual(['ApiErrors', 1, 'lock']);
    for (const [, , call] of counted) if (call) expect(detailValues.call).toContain(call);
  });

  it('takes no time of an upload, which lasts as long as it is big', async () => {
    const { counted, measured: api } = measured();
    await api.upload('https://store.example.com', { bytes: 0, async *read() {} });
    expect(counted).toEqual([]);
  });
});
