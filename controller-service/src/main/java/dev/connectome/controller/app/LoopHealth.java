package dev.connectome.controller.app;

import dev.connectome.controller.loop.Loop;
import dev.connectome.controller.loop.Loops;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
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
    return () -> response("loops succeed", loops, Loop::isWorking);
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
