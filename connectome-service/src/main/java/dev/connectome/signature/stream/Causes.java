package dev.connectome.signature.stream;

import java.util.Optional;
import java.util.stream.Stream;

/** The chain of causes of a failure. */
final class Causes {

  private static final int MOST = 100;

  private Causes() {}

  static Throwable first(Throwable failure) {
    return chain(failure).reduce(failure, (outer, inner) -> inner);
  }

  static <T extends Throwable> Optional<T> find(Class<T> type, Throwable failure) {
    return chain(failure).filter(type::isInstance).map(type::cast).findFirst();
  }

  private static Stream<Throwable> chain(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause).limit(MOST);
  }
}
