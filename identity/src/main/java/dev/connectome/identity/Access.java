package dev.connectome.identity;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Who may call what: one row for each method that the services answer. */
public final class Access {

  private static final String RUNS = "connectome.run.v1.TrainingRunService/";
  private static final String REGISTRY = "connectome.trainer.v1.TrainerRegistryService/";
  private static final String REPORTS = "connectome.trainer.v1.TrainerReportService/";
  private static final String SESSIONS = "connectome.trainer.v1.TrainerSessionService/";
  private static final String INGEST = "connectome.activation.v1.ActivationIngestService/";
  private static final String HEALTH = "grpc.health.v1.Health/";

  private static final Map<String, Need> ROWS = new TreeMap<>();

  static {
    row(HEALTH + "Check", Need.OPEN);
    row(HEALTH + "List", Need.OPEN);
    row(HEALTH + "Watch", Need.OPEN);
    row("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Need.VIEW);
    row("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Need.VIEW);

    row(RUNS + "GetTrainingRun", Need.KNOWN);
    row(RUNS + "ListTrainingRuns", Need.VIEW);
    row(RUNS + "WatchTrainingRun", Need.VIEW);
    row(RUNS + "ListSignatures", Need.VIEW);
    row(RUNS + "ReadSeries", Need.VIEW);
    row(RUNS + "ListRunEvents", Need.VIEW);
    row(RUNS + "ReadRunLog", Need.VIEW);
    row(RUNS + "ReplayPolicy", Need.VIEW);
    row(RUNS + "BatchReplayPolicy", Need.VIEW);
    row(RUNS + "GetEnforcement", Need.VIEW);
    row(RUNS + "ListEnforcementChanges", Need.VIEW);
    row(RUNS + "CreateTrainingRun", Need.OPERATE);
    row(RUNS + "UpdateTrainingRun", Need.OPERATE);
    row(RUNS + "StopTrainingRun", Need.OPERATE);
    row(RUNS + "BatchStopTrainingRuns", Need.OPERATE);
    row(RUNS + "ResumeTrainingRun", Need.OPERATE);
    row(RUNS + "DeleteTrainingRun", Need.OPERATE);
    row(RUNS + "UpdateEnforcement", Need.ADMINISTER);

    row(REGISTRY + "RegisterTrainer", Need.TRAIN);
    row(REGISTRY + "Heartbeat", Need.TRAIN);
    row(REGISTRY + "ReportOutcome", Need.TRAIN);
    row(REPORTS + "Join", Need.TRAIN);
    row(REPORTS + "Report", Need.TRAIN);
    row(REPORTS + "Finish", Need.TRAIN);
    row(SESSIONS + "TrainerSession", Need.TRAIN);
    row(INGEST + "PublishActivations", Need.TRAIN);
  }

  private Access() {}

  private static void row(String method, Need need) {
    ROWS.put(method, need);
  }

  /** The methods that have a row, by their full names {@code package.Service/Method}. */
  public static Set<String> methods() {
    return Set.copyOf(ROWS.keySet());
  }

  /** What a method asks for; empty if it has no row. */
  public static Optional<Need> need(String method) {
    return Optional.ofNullable(ROWS.get(method));
  }

  /**
   * Decides about a call. A method without a row is nobody's.
   *
   * @param principal who calls; empty if nobody knows
   * @param method its full name, {@code package.Service/Method}
   */
  public static Decision decide(Optional<Principal> principal, String method) {
    Need need = ROWS.get(method);
    return need == null ? new Decision.Unlisted(method) : decide(principal, need);
  }

  /** Decides about what asks for something. */
  public static Decision decide(Optional<Principal> principal, Need need) {
    if (need == Need.OPEN) {
      return new Decision.Allowed(need);
    }
    if (principal.isEmpty()) {
      return new Decision.Unknown();
    }
    return need.isMetBy(principal.get().role())
        ? new Decision.Allowed(need)
        : new Decision.Denied(principal.get(), need);
  }
}
