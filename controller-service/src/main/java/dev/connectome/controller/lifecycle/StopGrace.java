package dev.connectome.controller.lifecycle;

import dev.connectome.controller.codec.ProtoTimes;
import dev.connectome.controller.run.StopMode;
import dev.connectome.protos.trainer.v1.StopSpec;
import java.time.Duration;

/**
 * How long a trainer may take to obey a stop, unless its run says otherwise.
 *
 * @param soon for GRACEFUL and IMMEDIATE
 * @param endOfEpoch for END_OF_EPOCH
 */
public record StopGrace(Duration soon, Duration endOfEpoch) {

  Duration of(StopMode mode, StopSpec spec) {
    return switch (mode) {
      case GRACEFUL -> spec.hasGraceful() ? ProtoTimes.duration(spec.getGraceful()) : soon;
      case IMMEDIATE -> spec.hasImmediate() ? ProtoTimes.duration(spec.getImmediate()) : soon;
      case END_OF_EPOCH ->
          spec.hasEndOfEpoch() ? ProtoTimes.duration(spec.getEndOfEpoch()) : endOfEpoch;
    };
  }
}
