package dev.connectome.controller.api;

import dev.connectome.controller.lifecycle.RunException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import org.jdbi.v3.core.ConnectionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers calls: what goes wrong becomes an error that the caller understands. */
final class Calls {

  private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

  private Calls() {}

  static <T> void answer(StreamObserver<T> observer, Supplier<T> call) {
    T response;
    try {
      response = call.get();
    } catch (RuntimeException e) {
      observer.onError(rejection(e));
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  static StatusRuntimeException rejection(RuntimeException e) {
    if (e instanceof StatusRuntimeException rejection) {
      return rejection;
    }
    if (e instanceof RunException refused) {
      return Rejection.of(refused);
    }
    if (e instanceof ConnectionException) {
      LOG.warn("database away error=\"{}\"", e.getMessage());
      return Rejection.unavailable();
    }
    LOG.error("call failed", e);
    return Rejection.internal();
  }
}
