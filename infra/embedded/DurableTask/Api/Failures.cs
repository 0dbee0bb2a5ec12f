using System.Globalization;

namespace Microsoft.DurableTask;

/// <summary>What went wrong in an activity or an orchestration, as it crosses the boundary between them.</summary>
/// <param name="ErrorType">The full name of the exception's type.</param>
public record TaskFailureDetails(
    string ErrorType,
    string ErrorMessage,
    string? StackTrace,
    TaskFailureDetails? InnerFailure,
    IDictionary<string, object?>? Properties)
{
    public static TaskFailureDetails FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var inner = exception switch
        {
            TaskFailedException failed => failed.FailureDetails,
            { InnerException: { } cause } => FromException(cause),
            _ => null,
        };
        return new TaskFailureDetails(exception.GetType().FullName ?? exception.GetType().Name, exception.Message, exception.StackTrace, inner, null);
    }

    /// <summary>Whether the exception was a <typeparamref name="T"/>, or derived from it. Inner failures don't count.</summary>
    public bool IsCausedBy<T>()
        where T : Exception => IsCausedBy(typeof(T));

    /// <inheritdoc cref="IsCausedBy{T}"/>
    /// <exception cref="ArgumentException"><paramref name="targetBaseExceptionType"/> is no exception type.</exception>
    public bool IsCausedBy(Type targetBaseExceptionType)
    {
        ArgumentNullException.ThrowIfNull(targetBaseExceptionType);
        if (!typeof(Exception).IsAssignableFrom(targetBaseExceptionType))
            throw new ArgumentException($"{targetBaseExceptionType} is no exception type.", nameof(targetBaseExceptionType));
        return targetBaseExceptionType.FullName == ErrorType
            || AppDomain.CurrentDomain.GetAssemblies().Any(assembly => targetBaseExceptionType.IsAssignableFrom(assembly.GetType(ErrorType, throwOnError: false)));
    }

    public override string ToString() => $"{ErrorType}: {ErrorMessage}";
}

/// <summary>An activity or a sub-orchestration failed, after all its retries.</summary>
public sealed class TaskFailedException : Exception
{
    public TaskFailedException(string taskName, int taskId, Exception innerException)
        : base(Sentence(taskName, taskId, innerException?.Message), innerException)
    {
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = TaskFailureDetails.FromException(innerException!);
    }

    public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
        : base(Sentence(taskName, taskId, failureDetails?.ErrorMessage))
    {
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = failureDetails!;
    }

    public string TaskName { get; }

    /// <summary>Counts the tasks of the orchestration from 0.</summary>
    public int TaskId { get; }

    public TaskFailureDetails FailureDetails { get; }

    private static string Sentence(string taskName, int taskId, string? message) =>
        string.Create(CultureInfo.InvariantCulture, $"Task '{taskName}' (#{taskId}) failed with an unhandled exception: {message}");
}
