// `anharmony server` alone, as a process that a test can kill.
import { Command } from 'commander';
import { registerServer } from '../../src/cli/commands/server.js';

const program = new Command();
registerServer(program);
await program.parseAsync();
