/**
 * libp2p 3 and its helpers call `Promise.withResolvers`, which Node 20 lacks; without it a connection ends in an
 * ECONNRESET that says nothing of the cause. Every module that loads libp2p imports this one first.
 */
interface Resolvers {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason?: unknown) => void;
}

const target = Promise as unknown as { withResolvers?: () => Resolvers };

target.withResolvers ??= () => {
  let resolve: Resolvers['resolve'] = () => undefined;
  let reject: Resolvers['reject'] = () => undefined;
  const promise = new Promise<unknown>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};

export {};
