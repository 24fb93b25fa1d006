package dev.connectome.cli.runs;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.policy.PolicyFormat;
import dev.connectome.protos.run.v1.ResumePolicy;
import dev.connectome.protos.run.v1.ResumeTrainingRunRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code connectome runs resume}. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Continues a run that has ended from its newest checkpoint.")
final class ResumeCommand extends RunCommand {
  private static final int MOST_EPOCHS = 100_000;

  @Option(
      names = "--policy",
      paramLabel = "keep|shadow",
      defaultValue = "keep",
      description = {
        "What becomes of the run's policy. keep: it goes on, and stops the run again",
        "only after its condition was false; shadow: it only watches, and no policy",
        "stops the run. Default: ${DEFAULT-VALUE}"
      })
  private String policy;

  @Option(
      names = "--rearm-after",
      paramLabel = "EPOCHS",
      description = {
        "After so many epochs the policy that stopped the run may stop it again",
        "although its condition has held all the time."
      })
  private Optional<Integer> rearmAfter = Optional.empty();

  @Option(names = "--wait", description = "Follow the run to its end.")
  private boolean wait;

  @Mixin private OutputOption output;

  @Override
  int call(ConnectomeClient client, String run, PrintWriter out) throws InterruptedException {
    var request =
        ResumeTrainingRunRequest.newBuilder()
            .setName(run)
            .setPolicyValue(EnumNames.parse("--policy", ResumePolicy.getDescriptor(), policy));
    rearmAfter.ifPresent(
        epochs -> {
          if (epochs < 1 || epochs > MOST_EPOCHS) {
            throw CommandFailure.badInput(
                "--rearm-after is %d: it must be 1 to %d".formatted(epochs, MOST_EPOCHS));
          }
          if (request.getPolicy() == ResumePolicy.RESUME_POLICY_SHADOW) {
            throw CommandFailure.badInput(
                "--rearm-after is for a policy that stops the run: leave out --policy shadow");
          }
          request.setRearmAfterEpochs(epochs);
        });
    if (output.isTable()) {
      goesOnUnder(client.get(run), request.build()).forEach(out::println);
      out.flush();
    }
    TrainingRun resumed = client.resume(request.build());
    output.print(out, List.of(resumed), true);
    return wait ? follow(client, run, out) : 0;
  }

  /** What stops the run once it is resumed. */
  static List<String> goesOnUnder(TrainingRun run, ResumeTrainingRunRequest request) {
    String written = PolicyFormat.format(run.getPolicy());
    if (request.getPolicy() == ResumePolicy.RESUME_POLICY_SHADOW) {
      return List.of(
          "goes on under the policy never: no policy stops it",
          "watching:  " + written + ", which only records its decision");
    }
    if (run.getPolicy().hasNever()) {
      return List.of("goes on under the policy never: no policy stops it");
    }
    boolean stoppedByIt =
        run.hasDecision() && run.getDecision().getPolicyId().equals(run.getPolicy().getPolicyId());
    String again =
        request.hasRearmAfterEpochs()
            ? "or from %d epochs later on".formatted(request.getRearmAfterEpochs())
            : "not while it goes on holding";
    return stoppedByIt
        ? List.of(
            "goes on under the policy " + written,
            "it stopped the run at epoch %d and stops it again after its condition was false, %s"
                .formatted(run.getDecision().getStopEpoch(), again))
        : List.of("goes on under the policy " + written + ", which stops it when it decides so");
  }
}
