package dev.connectome.controller.app;

import dev.connectome.controller.loop.Loop;
import dev.connectome.controller.loop.Loops;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.util.Set;
import java.util.function.Predicate;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/**
 * Health of the loops. A loop that makes no pass, not even one that fails, needs a restart; one
 * whose passes fail makes this controller unready.
 */
@ApplicationScoped
public class LoopHealth {

  private static final Set<String> UPKEEP =
      Set.of("launch", "files", "retention", "summaries", "watches");

  @Produces
  @Liveness
  @ApplicationScoped
  HealthCheck alive(Loops loops) {
    return () -> response("loops make passes", loops, Loop::isAlive);
  }

  @Produces
  @Readiness
  @ApplicationScoped
  HealthCheck working(Loops loops) {
    return () ->
        response("loops succeed", loops, loop -> loop.isWorking() || isUpkeep(loop.name()));
  }

  /** Trainers are served without it, and must not be cut off: metrics and alerts tell of it. */
  private static boolean isUpkeep(String loop) {
    return UPKEEP.contains(loop) || loop.startsWith("notifications");
  }

  static HealthCheckResponse response(String name, Loops loops, Predicate<Loop> healthy) {
    var response = HealthCheckResponse.named(name).up();
    for (Loop loop : loops.all()) {
      response.withData(loop.name(), "last success %d s ago".formatted(loop.age().toSeconds()));
      if (!healthy.test(loop)) {
        response.down();
      }
    }
    return response.build();
  }
}
