/** The server as a process: settings, signals, words. Progress goes to stderr, the address once to stdout. */
import { ConflictError, type Job } from '@plumeline/core';
import { type Configuration, ConfigurationError, readConfiguration } from './configuration.ts';
import { loadExerciseCubeOnce, loadExerciseOnce } from './exercise.ts';
import { type RunningServer, serve } from './serve.ts';

const EXIT_FAULT = 1;
const EXIT_IN_USE = 3;
/** A first start takes at most two minutes, of which installing and building may need one; the rest loads meanwhile. */
const EXERCISE_WITHIN_MS = 45_000;
/** A person who asked for the end does not wait longer; what was acknowledged is on disk at any moment. */
const STOP_WITHIN_MS = 2500;

/** Starts the server; ends the process with a message and a code where it cannot. */
export async function start(): Promise<void> {
  const configuration = configured();
  const server = await started(configuration);
  stopOnSignals(server);
  await loadExercise(server, configuration);
  process.stdout.write(`Plumeline is ready at ${server.address}\n`);
}

function configured(): Configuration {
  try {
    return readConfiguration(process.env);
  } catch (error) {
    if (error instanceof ConfigurationError) end(error.message, EXIT_FAULT);
    throw error;
  }
}

function started(settings: Configuration): Promise<RunningServer> {
  const reports = {
    onProgress: say,
    onDefect: (error: Error) => say(`fault: ${error.stack ?? error.message}`),
    onEnd: (error: Error) => end(error.message, EXIT_FAULT),
  };
  return serve(settings, reports).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof ConflictError) {
      end(`${error.message} ${error.remedy}`, error.code === 'data-directory-in-use' ? EXIT_IN_USE : EXIT_FAULT);
    }
    if (error.code === 'EADDRINUSE') {
      const remedy = 'Stop the other program, or set PLUMELINE_PORT to another number (0 takes any free one).';
      end(`Port ${settings.port} of 127.0.0.1 is taken by another program. ${remedy}`, EXIT_FAULT);
    }
    throw error;
  });
}

function stopOnSignals({ stop }: RunningServer): void {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      say('stopping');
      setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref();
      void stop().then(() => process.exit(0));
    });
  }
}

async function loadExercise({ ports }: RunningServer, { exerciseSeed, software }: Configuration): Promise<void> {
  if (exerciseSeed === undefined) return;
  let last = '';
  const onProgress = ({ progress }: Job) => {
    const line = `loading the exercise: ${Math.floor(progress.fraction * 10) * 10} %`;
    if (line !== last) say(line);
    last = line;
  };
  let isLoading = true;
  const loading = loadExerciseOnce(ports, { seed: exerciseSeed, software, onProgress })
    .then(
      (job) => job?.state === 'failed' && say(`the exercise could not be loaded: ${job.error ?? ''}`),
      (error: Error) => say(`the exercise could not be loaded: ${error.message}`),
    )
    .finally(() => {
      isLoading = false;
    });
  // Not waited for: the page shows it when it is there.
  void loading
    .then(() => loadExerciseCubeOnce(ports, { seed: exerciseSeed, software }))
    .catch((error: Error) => say(`the exercise's cube could not be loaded: ${error.message}`));
  await Promise.race([loading, new Promise((resolve) => setTimeout(resolve, EXERCISE_WITHIN_MS).unref())]);
  if (isLoading) say('the exercise is still loading; the page shows how far it is');
}

function say(what: string): void {
  process.stderr.write(`Plumeline: ${what}\n`);
}

function end(why: string, code: number): never {
  say(why);
  process.exit(code);
}
