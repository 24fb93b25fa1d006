package dev.connectome.controller.api;

import dev.connectome.controller.lifecycle.RunException;
import dev.connectome.controller.store.DatabaseFault;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
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

  /** The same for a call whose answer comes later, from another thread. */
  static <T> void answerLater(StreamObserver<T> observer, Supplier<CompletableFuture<T>> call) {
    CompletableFuture<T> answer;
    try {
      answer = call.get();
    } catch (RuntimeException e) {
      observer.onError(rejection(e));
      return;
    }
    var unused =
        answer.whenComplete(
            (response, failure) -> {
              if (failure == null) {
                observer.onNext(response);
                observer.onCompleted();
              } else {
                Throwable cause =
                    failure instanceof CompletionException ? failure.getCause() : failure;
                observer.onError(
                    cause instanceof RuntimeException e ? rejection(e) : Rejection.internal());
              }
            });
  }

  static StatusRuntimeException rejection(RuntimeException e) {
    if (e instanceof StatusRuntimeException rejection) {
      return rejection;
    }
    if (e instanceof RunException refused) {
      return Rejection.of(refused);
    }
    Optional<DatabaseFault> fault = DatabaseFault.of(e);
    if (fault.isPresent()) {
      LOG.debug("call failed fault={}", fault.get(), e);
      return Rejection.unavailable(fault.get());
    }
    LOG.error("call failed", e);
    return Rejection.internal();
  }
}
