package dev.connectome.controller.api;

import dev.connectome.controller.run.Echo;
import dev.connectome.protos.run.v1.RunView;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.List;

/** How much of a run a caller is shown. */
final class RunViews {

  private static final int LONGEST_TEXT = 256;

  private RunViews() {}

  static List<TrainingRun> of(RunView view, List<TrainingRun> runs) {
    return runs.stream().map(run -> of(view, run)).toList();
  }

  static TrainingRun of(RunView view, TrainingRun run) {
    return view == RunView.RUN_VIEW_BASIC ? basic(run) : run;
  }

  private static TrainingRun basic(TrainingRun run) {
    TrainingRun.Builder basic =
        run.toBuilder()
            .clearKubernetes()
            .clearPolicy()
            .clearShadowPolicies()
            .clearRevokedDecisions()
            .clearShadowDecisions()
            .clearStageTransitions()
            .setSpec(TrainingSpec.newBuilder().setEpochs(run.getSpec().getEpochs()))
            .setStateMessage(Echo.cut(run.getStateMessage(), LONGEST_TEXT));
    if (basic.hasDecision()) {
      basic
          .getDecisionBuilder()
          .clearEvidence()
          .clearMembers()
          .clearPolicy()
          .setMessage(Echo.cut(run.getDecision().getMessage(), LONGEST_TEXT));
    }
    if (basic.hasOutcome()) {
      basic.getOutcomeBuilder().clearFailureMessage();
    }
    if (basic.hasStop()) {
      basic.getStopBuilder().clearLastError();
    }
    return basic.build();
  }
}
