using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using ServerlessDrives.Files.Uploads;
using ServerlessDrives.Http;
using ServerlessDrives.Http.Middleware;

namespace ServerlessDrives.Wizard;

/// <summary>Serves the web UI.</summary>
public sealed class WizardTriggers(WizardFiles files, AuthenticationOptions authentication, IDirectTransfers transfers)
{
    /// <summary>
    /// What a page of ours may load. Griffel, which styles Fluent UI, makes empty style elements and fills them through the CSS object
    /// model; the hash is that of the empty text, so that such an element is admitted and one with anything written in it is not. The
    /// issuer is there because oidc-client-ts reads its discovery document and trades the code for tokens, S3 because large files go there
    /// in parts.
    /// </summary>
    private readonly string _policy = string.Join("; ",
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
        "img-src 'self'",
        "media-src 'self'",
        "font-src 'self'",
        $"connect-src 'self' {authentication.Authority!.GetLeftPart(UriPartial.Authority)} {string.Join(' ', transfers.Sources)}",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'");

    /// <summary>
    /// Every path that nothing else answers. The official host takes the first route that matches, in the order of function names: this one
    /// has to be the last.
    /// </summary>
    [Function("ZzWizard")]
    [Requires(Need.Nobody)]
    public IResult Serve([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{*path}")] HttpRequest request, string? path)
    {
        path ??= "";
        if (path is "api" || path.StartsWith("api/", StringComparison.OrdinalIgnoreCase))
            return Refusal.NotFound("resource").AsProblem();
        if (files.Find(path) is { } file)
            return new WizardAnswer(file, _policy);
        if (IsFileName(path))
            return Refusal.NotFound("file").AsProblem();
        return files.Page is { } page
            ? new WizardAnswer(page, _policy)
            : new Refusal(
                RefusalKind.NotFound,
                "wizard-not-built",
                "This build has no web UI (SkipWizard was set). The API is at /api."
            ).AsProblem();
    }

    /// <summary>
    /// Other methods at <c>/</c>, which the official host would answer by itself: with a page of its own, or as if all were well. The
    /// parameter is how a route of the Functions host says "nothing here": an empty one would be the function's name.
    /// </summary>
    [Function("ChangeRoot")]
    [Requires(Need.Nobody)]
    public IResult RefuseAtRoot(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "put", "patch", "delete", Route = "{nothing:maxlength(0)?}")] HttpRequest request
    ) => Refusal.NotFound("resource").AsProblem();

    /// <summary>A client route has no file extension; links' tokens, which hold dots, are routes all the same.</summary>
    private static bool IsFileName(string path) =>
        !path.StartsWith("callback/", StringComparison.Ordinal)
        && !path.StartsWith("s/", StringComparison.Ordinal)
        && (path.StartsWith("assets/", StringComparison.Ordinal) || Path.HasExtension(path));
}
