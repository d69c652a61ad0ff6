// The store in memory keeps the promises of the port.

import { memoryStore } from "../../src/store/memory.ts";
import { storeContract } from "./store.ts";
import { searchContract } from "./store-search.ts";

const factory = { open: async () => memoryStore(), reopen: null };
storeContract("memory", factory);
searchContract("memory", factory);
