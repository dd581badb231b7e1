import type { AdapterDefinition } from '@card-gateway/adapter-kit';
import { keysecure } from '@card-gateway/adapter-keysecure';
import { onerway } from '@card-gateway/adapter-onerway';
import { openApi } from '@card-gateway/adapter-open-api';
import { yixin } from '@card-gateway/adapter-yixin';

/** The providers this gateway speaks to. A new one is one line here. */
export const adapters: readonly AdapterDefinition[] = [keysecure, onerway, openApi, yixin];
