using System.Net.Sockets;
using System.Security.Authentication;
using System.Xml;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using ServerlessDrives.Access;
using ServerlessDrives.Adapters.Aws.Sessions;

namespace ServerlessDrives.Adapters.Aws;

/// <summary>Turns what the SDK throws into answers.</summary>
internal static class AwsAnswers
{
    public static async Task<Result<T, Fault>> AnswerAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
        where T : notnull
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (exception is AmazonUnmarshallingException or XmlException)
        {
            return new Fault.Unreachable("the answer was cut off or made no sense");
        }
        catch (AmazonServiceException exception) when ((int)exception.StatusCode > 0)
        {
            return Refused(exception);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Fault.Unreachable("no answer in time");
        }
        catch (Exception exception)
            when (exception
                    is AmazonClientException
                        or HttpRequestException
                        or IOException
                        or SocketException
                        or TimeoutException
                        or AuthenticationException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new Fault.Unreachable(ReasonOf(exception));
        }
    }

    public static Fault.Refused Refused(AmazonServiceException exception) =>
        new((int)exception.StatusCode, exception.ErrorCode ?? "", exception.Message, exception.RequestId)
        {
            Principal = RoleSessions.PrincipalOf(exception),
        };

    /// <summary>A header of the answer that refused; null if it has none of that name.</summary>
    public static string? HeaderOf(AmazonServiceException exception, string name) =>
        exception.InnerException is HttpErrorResponseException { Response: { } response } && response.IsHeaderPresent(name)
            ? response.GetHeaderValue(name)
            : null;

    private static string ReasonOf(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException socket)
                return $"no connection ({socket.SocketErrorCode})";
            if (inner is AuthenticationException)
                return "the server's certificate isn't trusted";
            if (inner is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } request)
                return $"the connection failed ({request.HttpRequestError})";
        }

        return exception is TimeoutException ? "no answer in time" : "the answer was cut off or made no sense";
    }
}
