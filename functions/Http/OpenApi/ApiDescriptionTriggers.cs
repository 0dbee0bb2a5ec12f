using System.Net.Mime;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace ServerlessDrives.Http;

/// <summary>The API's description, for programs and for people. Public: it says nothing that the source doesn't.</summary>
[Section("Operations")]
public sealed class ApiDescriptionTriggers(ApiDescription description, ReferencePage page)
{
    [Function("GetOpenApi")]
    [Requires(Need.Nobody)]
    [Summary("This description", Detail = "OpenAPI 3.1.")]
    [AnswersResource<JsonNode>("The document.")]
    public IResult GetDocument([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/openapi.json")] HttpRequest request) =>
        Answers.Resource(request, description.Document);

    [Function("GetDocs")]
    [Requires(Need.Nobody)]
    [Summary("The reference page", Detail = "This description as a page for people. Problem types lead here.")]
    [Answers(200, "The page.", ContentType = MediaTypeNames.Text.Html)]
    public IResult GetPage([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/docs")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var headers = request.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = page.ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-cache";
        headers["Referrer-Policy"] = "no-referrer";
        return Results.Text(page.Html, $"{MediaTypeNames.Text.Html}; charset=utf-8");
    }
}
