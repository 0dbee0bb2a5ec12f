using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Http;

/// <summary>How the wizard signs people in; public, and without anything secret.</summary>
public sealed class SignInTriggers(AuthenticationOptions options)
{
    [Function("GetSignIn")]
    [Requires(Need.Nobody)]
    public IResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/signin")] HttpRequest request) =>
        Answers.Resource(request, new { authority = options.Authority!.AbsoluteUri.TrimEnd('/'), options.ClientId, options.Scope });
}
