package dev.connectome.client;

import dev.connectome.protos.run.v1.TrainingRun;

/** Resource names of runs, {@code runs/ID}, and the ids that people use. */
public final class RunNames {
  private static final String COLLECTION = "runs/";

  private RunNames() {}

  /** Returns the resource name for a run's id, uid or resource name. */
  public static String resource(String run) {
    return run.startsWith(COLLECTION) ? run : COLLECTION + run;
  }

  /** Returns the run's id. */
  public static String id(TrainingRun run) {
    return id(run.getName());
  }

  /** Returns the id in a resource name; a text without {@code runs/} is returned as it is. */
  public static String id(String name) {
    return name.startsWith(COLLECTION) ? name.substring(COLLECTION.length()) : name;
  }
}
