package dev.connectome.client;

import dev.connectome.protos.run.v1.TrainingRun;

/** Resource names of runs and what people type for them. */
public final class RunNames {
  private static final String COLLECTION = "runs/";

  private RunNames() {}

  /**
   * The resource name.
   *
   * @param typed a run's id, uid or resource name
   * @return {@code runs/...}
   */
  public static String resource(String typed) {
    return typed.startsWith(COLLECTION) ? typed : COLLECTION + typed;
  }

  /**
   * The name without the collection.
   *
   * @param run the run
   * @return what people call it
   */
  public static String shortName(TrainingRun run) {
    return shortName(run.getName());
  }

  public static String shortName(String name) {
    return name.startsWith(COLLECTION) ? name.substring(COLLECTION.length()) : name;
  }
}
