import type { Delivery } from '../../policy/delivery.ts';
import type { Generated } from '../generated.ts';
import { alertRules } from './alerts.ts';
import { dashboard } from './dashboard.ts';

/** What Prometheus and Grafana show of a policy at work. */
export const metrics = (delivery: Delivery): Generated =>
  new Map([
    ['alerts.yaml', alertRules(delivery)],
    ['dashboard.json', dashboard(delivery)],
  ]);
