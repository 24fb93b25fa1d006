package dev.connectome.trainer.djl;

import com.google.protobuf.util.Durations;
import dev.connectome.protos.trainer.v1.TrainingPhase;
import dev.connectome.protos.trainer.v1.TrainingProgress;
import java.util.Map;

/** How far a training is: written on its thread, read by those that tell of it. */
final class ListenerProgress {

  private TrainingProgress latest =
      TrainingProgress.newBuilder().setPhase(TrainingPhase.TRAINING_PHASE_PREPARING).build();
  private long trainingNanos;
  private long probeNanos;
  private long samples;

  synchronized TrainingProgress latest() {
    return latest;
  }

  synchronized void expect(int epochs) {
    latest = latest.toBuilder().setTotalEpochs(epochs).build();
  }

  synchronized void trained(long nanos, long batchSamples) {
    trainingNanos += nanos;
    samples += batchSamples;
    latest =
        latest.toBuilder()
            .setPhase(TrainingPhase.TRAINING_PHASE_TRAINING)
            .setTrainingTime(Durations.fromNanos(trainingNanos))
            .setSamplesPerSecond(trainingNanos == 0 ? 0 : samples * 1e9 / trainingNanos)
            .build();
  }

  synchronized void epochEnded(int epoch, Map<String, Double> metrics) {
    latest =
        latest.toBuilder().setCompletedEpochs(epoch).clearMetrics().putAllMetrics(metrics).build();
  }

  synchronized void probed(long nanos) {
    probeNanos += nanos;
    latest = latest.toBuilder().setProbeTime(Durations.fromNanos(probeNanos)).build();
  }
}
