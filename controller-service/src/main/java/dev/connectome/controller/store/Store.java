package dev.connectome.controller.store;

import dev.connectome.controller.run.EventKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/** The database: transactions, and notifications of the runs that they changed. */
public final class Store {

  private final Jdbi jdbi;
  private final Jdbi queries;
  private final ThreadLocal<Transaction> current = new ThreadLocal<>();
  private final ThreadLocal<Duration> lockWait = new ThreadLocal<>();
  private final List<Consumer<UUID>> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> eventListeners = new CopyOnWriteArrayList<>();
  private final List<Consumer<EventKind>> kindListeners = new CopyOnWriteArrayList<>();

  /** Queries and everything else share the connections. */
  public Store(DataSource dataSource) {
    this(dataSource, dataSource);
  }

  /**
   * @param control for everything that controls runs
   * @param queries for queries, which cannot take the connections of what controls runs
   */
  public Store(DataSource control, DataSource queries) {
    this.jdbi = Jdbi.create(control).registerArgument(new StorableText());
    this.queries = Jdbi.create(queries).registerArgument(new StorableText());
  }

  /**
   * Returns what a query returns that changes nothing. Within the work of a transaction of this
   * thread it sees what that one has changed.
   */
  public <T> T query(Function<Transaction, T> query) {
    Transaction outer = current.get();
    if (outer != null) {
      return query.apply(outer);
    }
    return queries.inTransaction(
        TransactionIsolationLevel.READ_COMMITTED,
        handle -> {
          handle.execute("SET TRANSACTION READ ONLY");
          return query.apply(new Transaction(handle));
        });
  }

  /**
   * Returns what the work returns, once committed. If the work throws, the transaction is rolled
   * back. Within the work of another transaction of this thread it is a part of that one.
   */
  public <T> T inTransaction(Function<Transaction, T> work) {
    Transaction outer = current.get();
    if (outer != null) {
      return work.apply(outer);
    }
    var used = new Transaction[1];
    T result =
        jdbi.inTransaction(
            TransactionIsolationLevel.READ_COMMITTED,
            handle -> {
              used[0] = new Transaction(handle);
              Optional.ofNullable(lockWait.get()).ifPresent(used[0]::waitForLocksAtMost);
              return asCurrent(used[0], work);
            });
    used[0].changed().forEach(uid -> listeners.forEach(listener -> listener.accept(uid)));
    used[0].eventKinds().forEach(kind -> kindListeners.forEach(listener -> listener.accept(kind)));
    if (!used[0].eventKinds().isEmpty()) {
      eventListeners.forEach(Runnable::run);
    }
    return result;
  }

  /**
   * The transactions of the work fail with a conflict once they have waited that long for a lock.
   */
  public void waitingForLocksAtMost(Duration wait, Runnable work) {
    Duration before = lockWait.get();
    lockWait.set(wait);
    try {
      work.run();
    } finally {
      lockWait.set(before);
    }
  }

  /** Returns what the work returns, and leaves everything as it was. */
  public <T> T rolledBack(Function<Transaction, T> work) {
    return jdbi.withHandle(
        handle -> {
          handle.begin();
          try {
            return asCurrent(new Transaction(handle), work);
          } finally {
            handle.rollback();
          }
        });
  }

  private <T> T asCurrent(Transaction transaction, Function<Transaction, T> work) {
    current.set(transaction);
    try {
      return work.apply(transaction);
    } finally {
      current.remove();
    }
  }

  /**
   * Adds a listener that is called after each transaction that changed a run, on its thread. It
   * must be quick, and is not called for changes by other controllers.
   */
  public void onChange(Consumer<UUID> listener) {
    listeners.add(listener);
  }

  /**
   * Adds a listener that is called after each transaction that recorded an event, on its thread.
   * Changes of state and stop commands always record one. It must be quick, and is not called for
   * events of other controllers.
   */
  public void onEvent(Runnable listener) {
    eventListeners.add(listener);
  }

  /**
   * Adds a listener that is called with the kind of each event that was recorded, after its
   * transaction, on its thread. It must be quick.
   */
  public void onEventKind(Consumer<EventKind> listener) {
    kindListeners.add(listener);
  }
}
