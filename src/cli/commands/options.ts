import { Option } from 'commander';

export function homeOption(): Option {
  return new Option(
    '--home <folder>',
    'folder of server database, locks and store (default: ANHARMONY_HOME, else .anharmony)',
  );
}

export function formatOption(): Option {
  return new Option('--format <format>', 'how progress is shown')
    .choices(['auto', 'live', 'plain', 'json'])
    .default('auto', 'auto: live on a terminal, plain lines in a pipe');
}
