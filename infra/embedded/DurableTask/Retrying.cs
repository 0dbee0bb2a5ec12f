using Microsoft.DurableTask;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>Repeats a durable call as its options say. It runs as part of the orchestrator, on the orchestrator's clock.</summary>
internal static class Retrying
{
    public static Task<T> CallAsync<T>(TaskOrchestrationContext context, TaskRetryOptions? retry, Func<Task<T>> call) => retry switch
    {
        { Policy: { } policy } => CallAsync(context, policy, call),
        { Handler: { } handler } => CallAsync(context, handler, call),
        _ => call(),
    };

    private static async Task<T> CallAsync<T>(TaskOrchestrationContext context, RetryPolicy policy, Func<Task<T>> call)
    {
        var began = context.CurrentUtcDateTime;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (TaskFailedException failed) when (attempt < policy.MaxNumberOfAttempts && policy.Handle(failed) && IsInTime(context, policy, began, attempt))
            {
                await context.CreateTimer(PauseAfter(policy, attempt), CancellationToken.None);
            }
        }
    }

    private static async Task<T> CallAsync<T>(TaskOrchestrationContext context, AsyncRetryHandler handler, Func<Task<T>> call)
    {
        var began = context.CurrentUtcDateTime;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (TaskFailedException failed)
            {
                var soFar = new RetryContext(context, attempt, failed.FailureDetails, context.CurrentUtcDateTime - began, CancellationToken.None);
                if (!await handler(soFar))
                    throw;
            }
        }
    }

    private static bool IsInTime(TaskOrchestrationContext context, RetryPolicy policy, DateTime began, int attempt) =>
        policy.RetryTimeout == Timeout.InfiniteTimeSpan
        || context.CurrentUtcDateTime + PauseAfter(policy, attempt) < began + policy.RetryTimeout;

    private static TimeSpan PauseAfter(RetryPolicy policy, int attempt)
    {
        var ticks = policy.FirstRetryInterval.Ticks * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        return ticks < policy.MaxRetryInterval.Ticks ? TimeSpan.FromTicks((long)ticks) : policy.MaxRetryInterval;
    }
}
