using System.Text;
using Microsoft.AspNetCore.Http;
using ServerlessDrives.Access;

namespace ServerlessDrives.Http;

/// <summary>Answers that somebody runs or applies in AWS: which form is asked for, and where their links lead.</summary>
public static class Setups
{
    /// <summary>The app's own address, as the caller reached it.</summary>
    public static Uri Address(this HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new($"{request.Scheme}://{request.Host}");
    }

    /// <summary>What <c>?format=</c> asks for.</summary>
    public static Result<SetupFormat, Refusal> FormatOf(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SetupText.FormatOf(request.Query["format"]) is { } format
            ? format
            : Refusal.Invalid("format", "One of aws-cli, cloudformation, terraform was expected.");
    }

    /// <summary>The text, which nobody keeps: whoever has a link or an address in it can use it.</summary>
    public static IResult Answer(HttpRequest request, string text, SetupFormat format) =>
        Answer(request, text, SetupText.ContentTypeOf(format));

    public static IResult Answer(HttpRequest request, string text, string contentType)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return Results.Text(text, contentType, Encoding.UTF8);
    }
}
