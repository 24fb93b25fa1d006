package dev.connectome.controller.api;

import com.google.protobuf.Message;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Checks the request of a unary call, runs the call and answers with its response or error. */
final class UnaryCalls {

  private UnaryCalls() {}

  static <T> void handle(Message request, StreamObserver<T> observer, Supplier<T> call) {
    T response;
    try {
      RequestChecks.check(request);
      response = call.get();
    } catch (RuntimeException e) {
      observer.onError(ApiErrors.of(e));
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  /** The same for a call that another thread completes. */
  static <T> void handleAsync(
      Message request, StreamObserver<T> observer, Supplier<CompletableFuture<T>> call) {
    CompletableFuture<T> answer;
    try {
      RequestChecks.check(request);
      answer = call.get();
    } catch (RuntimeException e) {
      observer.onError(ApiErrors.of(e));
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
                    cause instanceof RuntimeException e ? ApiErrors.of(e) : ApiErrors.internal());
              }
            });
  }
}
