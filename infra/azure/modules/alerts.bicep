metadata description = 'What people are woken for. Metric names are those that the app emits; each rule names the section of docs/operations.md that helps.'

param location string
param tags object
param email string
param insightsId string

var abbreviations = loadJsonContent('../abbreviations.json')

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${abbreviations.insightsActionGroups}drives'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'drives'
    enabled: true
    emailReceivers: [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

var rules = [
  {
    name: 'verification-failures'
    section: 'Many verifications fail'
    text: 'More than 20 verifications failed within an hour: a change at AWS or on our side, rather than people\'s mistakes.'
    query: 'customMetrics | where name == "serverlessdrives.verifications" and customDimensions.outcome == "failed" | summarize Count = sum(valueSum)'
    threshold: 20
    window: 'PT1H'
    severity: 2
  }
  {
    name: 'unreachable-drives'
    section: 'Drives become unreachable'
    text: 'Drives became unreachable.'
    query: 'customMetrics | where name == "serverlessdrives.health.changes" and customDimensions.status == "unreachable" | summarize Count = sum(valueSum)'
    threshold: 5
    window: 'PT15M'
    severity: 2
  }
  {
    name: 'orchestration-failures'
    section: 'A connection has failed'
    text: 'A connection failed by our own fault.'
    query: 'customMetrics | where name == "serverlessdrives.connections" and customDimensions.status == "failed" | summarize Count = sum(valueSum)'
    threshold: 0
    window: 'PT15M'
    severity: 1
  }
  {
    name: 'callback-abuse'
    section: 'Callback links are refused'
    text: 'Many callback links were refused: somebody may be guessing.'
    query: 'customMetrics | where name == "serverlessdrives.callbacks" and customDimensions.outcome == "refused" | summarize Count = sum(valueSum)'
    threshold: 100
    window: 'PT15M'
    severity: 2
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: 'alert-drives-${rule.name}'
    location: location
    tags: tags
    properties: {
      displayName: 'ServerlessDrives: ${rule.name}'
      description: '${rule.text} What to do: docs/operations.md, "${rule.section}".'
      enabled: true
      severity: rule.severity
      scopes: [insightsId]
      evaluationFrequency: rule.window == 'PT1H' ? 'PT15M' : 'PT5M'
      windowSize: rule.window
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: 'Count'
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: rule.threshold
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]
